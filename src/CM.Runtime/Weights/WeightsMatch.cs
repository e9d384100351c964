namespace CM.Runtime;

/// <summary>Which tensors of a file are which parameters of a network.</summary>
internal sealed record WeightsMatch
{
    /// <summary>What stood before the names in the file: <c>ema.model.</c>; often nothing.</summary>
    public required string Prefix { get; init; }

    /// <summary>Parameters and buffers with their tensors.</summary>
    public required IReadOnlyList<(ParameterSpec Spec, NamedTensor Tensor)> Found { get; init; }

    /// <summary>What the network has and the file has not.</summary>
    public required IReadOnlyList<string> Missing { get; init; }

    /// <summary>What the file has under the prefix and the network has not, as the file calls it.</summary>
    public required IReadOnlyList<string> Unexpected { get; init; }

    /// <summary>What has another shape, or is no floating-point number, with both.</summary>
    public required IReadOnlyList<string> MisShaped { get; init; }

    public bool Fits => Missing.Count == 0 && MisShaped.Count == 0;

    /// <summary>
    /// Compares by name. The names in the file may stand behind a prefix, and those of the network behind a part of it, as a U-Net's do; the two under which
    /// most names fit are taken, an average before others.
    /// </summary>
    public static WeightsMatch ByName(ParameterLayout layout, IReadOnlyList<NamedTensor> tensors)
    {
        var specs = layout.Parameters.Concat(layout.Buffers).ToList();
        var (part, prefix) = specs.SelectMany(spec => PartsOf(spec.Name)).Distinct()
            .SelectMany(part => Prefixes(specs, part, tensors).Select(prefix => (part, prefix)))
            .CountBy(pair => pair)
            .OrderByDescending(each => each.Value)
            .ThenByDescending(each => each.Key.prefix.StartsWith("ema.", StringComparison.Ordinal))
            .ThenBy(each => each.Key.part.Length)
            .ThenBy(each => each.Key.prefix.Length)
            .Select(each => each.Key).FirstOrDefault(("", ""));
        var known = tensors.Where(tensor => tensor.Name.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(tensor => part + tensor.Name[prefix.Length..]);
        var found = specs.Where(spec => known.ContainsKey(spec.Name)).Select(spec => (spec, known[spec.Name])).ToList();
        return new WeightsMatch
        {
            Prefix = prefix,
            Found = found,
            Missing = [.. specs.Where(spec => !spec.IsBeside && !known.ContainsKey(spec.Name)).Select(spec => spec.Name)],
            Unexpected = [.. known.Values.Except(found.Select(pair => pair.Item2)).Select(tensor => tensor.Name)],
            MisShaped = MisShapedOf(found),
        };
    }

    /// <summary>Takes the tensors in the order of the file for the parameters in the order of declaration.</summary>
    public static WeightsMatch InOrder(ParameterLayout layout, IReadOnlyList<NamedTensor> tensors)
    {
        var specs = layout.InOrder().Select(each => each.Spec).ToList();
        var pairs = specs.Zip(tensors).ToList();
        return new WeightsMatch
        {
            Prefix = "",
            Found = pairs,
            Missing = [.. specs.Skip(pairs.Count).Select(spec => spec.Name)],
            Unexpected = [.. tensors.Skip(pairs.Count).Select(tensor => tensor.Name)],
            MisShaped = MisShapedOf(pairs),
        };
    }

    /// <summary>Refuses weights that do not fit.</summary>
    /// <exception cref="UserError">Something is missing or has another shape.</exception>
    public void Demand(string file, string network)
    {
        if (!Fits)
            throw new UserError($"{file}: not the weights of {network} ({string.Join("; ", new[] { Some("missing", Missing), Some("mis-shaped", MisShaped), Some("unexpected", Unexpected) }.Where(text => text.Length > 0))}).");

        static string Some(string what, IReadOnlyList<string> names) => names.Count == 0 ? "" : $"{names.Count} {what}: {string.Join(", ", names.Take(3))}{(names.Count > 3 ? ", …" : "")}";
    }

    /// <summary>Copies the tensors into a store of the layout.</summary>
    public void CopyTo(ParameterStore store)
    {
        using var _ = no_grad();
        foreach (var (spec, tensor) in Found)
        {
            using var values = torch.tensor(tensor.ToFloats(), spec.Shape);
            if (store.Layout.Buffers.Contains(spec))
                store.Buffer(spec.Name).copy_(values);
            else
                using (var view = ParameterStore.View(store.Values, spec))
                    view.copy_(values);
        }
    }

    /// <summary>For every tensor that fits under a part, what stands before its name in the file.</summary>
    private static IEnumerable<string> Prefixes(List<ParameterSpec> specs, string part, IReadOnlyList<NamedTensor> tensors)
    {
        var wanted = specs.Where(spec => spec.Name.StartsWith(part, StringComparison.Ordinal)).Select(spec => spec.Name[part.Length..]).ToHashSet();
        foreach (var name in tensors.Select(tensor => tensor.Name))
            for (var start = 0; start >= 0; start = name.IndexOf('.', start) + 1 is var next and > 0 ? next : -1)
                if (wanted.Contains(name[start..]))
                    yield return name[..start];
    }

    /// <summary>Nothing, and the name up to its first dot.</summary>
    private static string[] PartsOf(string name) => name.IndexOf('.') is var dot and >= 0 ? ["", name[..(dot + 1)]] : [""];

    private static List<string> MisShapedOf(IEnumerable<(ParameterSpec Spec, NamedTensor Tensor)> pairs) =>
    [
        .. pairs.Where(pair => !pair.Tensor.IsFloat || !pair.Tensor.Shape.AsSpan().SequenceEqual(pair.Spec.Shape))
            .Select(pair => $"{pair.Spec.Name} is {(pair.Tensor.IsFloat ? "" : pair.Tensor.Type + " ")}[{string.Join(", ", pair.Tensor.Shape)}], not [{string.Join(", ", pair.Spec.Shape)}]"),
    ];
}
