namespace CM.Runtime;

/// <summary>Which tensors of a file are which parameters of a network.</summary>
internal sealed record WeightsMatch
{
    /// <summary>What stood before the names in the file: <c>ema.model.</c>; often nothing.</summary>
    public required string Prefix { get; init; }

    /// <summary>Other sets of tensors in the file that may be weights of the network: their prefixes, and how many tensors each has.</summary>
    public required IReadOnlyList<(string Prefix, int Count)> Others { get; init; }

    /// <summary>Parameters and buffers with their tensors.</summary>
    public required IReadOnlyList<(ParameterSpec Spec, NamedTensor Tensor)> Found { get; init; }

    /// <summary>What the network has and the file has not.</summary>
    public required IReadOnlyList<string> Missing { get; init; }

    /// <summary>What the file has under the prefix and the network has not, as the file calls it.</summary>
    public required IReadOnlyList<string> Unexpected { get; init; }

    /// <summary>What has another shape, or is no floating-point number, with both.</summary>
    public required IReadOnlyList<string> MisShaped { get; init; }

    public bool Fits => Missing.Count == 0 && MisShaped.Count == 0;

    /// <summary>Whether the tensors that were taken are an average of the trained weights.</summary>
    public bool IsAverage => AverageNames.Score(Prefix) > 0;

    /// <summary>The set that was taken, and those that were not: <c>the average under ema.; not taken: 12 under model.</c>; empty where there is but one without a prefix.</summary>
    public string Choice => string.Join("; ", new[]
    {
        Prefix.Length == 0 ? "" : $"{(IsAverage ? "the average " : "")}under {Prefix}",
        Others.Count == 0 ? "" : $"not taken: {string.Join(", ", Others.Select(other => $"{other.Count} {(other.Prefix.Length == 0 ? "without a prefix" : $"under {other.Prefix}")}"))}",
    }.Where(text => text.Length > 0));

    /// <summary>
    /// Compares by name. The names in the file may stand behind a prefix, and those of the network behind a part of it, as a U-Net's do. Of the sets of tensors
    /// that have the most parameters an average goes before others; buffers that an average lacks come from the trained weights.
    /// </summary>
    /// <param name="layout">The network.</param>
    /// <param name="tensors">The tensors of the file, in its order.</param>
    /// <param name="file">The file, for messages.</param>
    /// <param name="prefix">The prefix of the set to take, where the user named one.</param>
    /// <exception cref="UserError">There is no such prefix, or it cannot be told which set is meant.</exception>
    public static WeightsMatch ByName(ParameterLayout layout, IReadOnlyList<NamedTensor> tensors, string file, string? prefix = null)
    {
        var sets = WeightsSet.Find(layout, tensors, file, prefix);
        var taken = sets.FirstOrDefault(set => set.IsUnder(prefix))
            ?? (prefix is null ? new WeightsSet("", new Dictionary<string, NamedTensor>()) : throw new UserError($"--prefix {prefix}: {file} has no parameters under it; there are some under: {List(sets.Take(10))}."));
        var count = taken.Count(layout);
        var others = sets.Where(set => set != taken && set.Average >= 0 && 2 * set.Count(layout) > layout.Parameters.Count).ToList();
        if (taken.Average == 0 && count == layout.Parameters.Count && others.Where(set => set.Average == 0 && set.IsUnder(prefix) && set.Count(layout) == count).ToList() is { Count: > 0 } equals)
            throw new UserError($"{file}: has several sets of weights that fit, and none is called an average: {List([taken, .. equals])}; take one with: {ProgramName.Command("import", file, "NAME", "--prefix", taken.Prefix, "--out", "FILE")}");

        var specs = layout.Parameters.Concat(layout.Buffers).ToList();
        var found = specs.Where(spec => taken.Tensors.ContainsKey(spec.Name)).Select(spec => (spec, taken.Tensors[spec.Name])).ToList();
        if (taken.Average > 0 && others.FirstOrDefault(set => set.Average == 0) is { } trained)
            found.AddRange(layout.Buffers.Where(spec => !taken.Tensors.ContainsKey(spec.Name) && trained.Tensors.ContainsKey(spec.Name)).Select(spec => (spec, trained.Tensors[spec.Name])));
        var known = found.Select(pair => pair.spec.Name).ToHashSet();
        var used = sets.Where(set => others.Contains(set) || set.Average < 0).SelectMany(set => set.Tensors.Values).Concat(found.Select(pair => pair.Item2)).ToHashSet();
        return new WeightsMatch
        {
            Prefix = taken.Prefix,
            Others = [.. others.Select(set => (set.Prefix, set.Tensors.Count))],
            Found = found,
            Missing = [.. specs.Where(spec => !spec.IsBeside && !known.Contains(spec.Name)).Select(spec => spec.Name)],
            Unexpected = [.. tensors.Where(tensor => tensor.Name.StartsWith(taken.Prefix, StringComparison.Ordinal) && !used.Contains(tensor)).Select(tensor => tensor.Name)],
            MisShaped = MisShapedOf(found),
        };

        static string List(IEnumerable<WeightsSet> sets) => string.Join(", ", sets.Select(set => set.Prefix.Length > 0 ? set.Prefix : "no prefix"));
    }

    /// <summary>Takes the tensors in the order of the file for the parameters in the order of declaration; of several sets that fit an average goes before others.</summary>
    /// <param name="layout">The network.</param>
    /// <param name="tensors">The tensors of the file, in its order.</param>
    /// <param name="prefix">The prefix of the tensors to take, where the user named one.</param>
    public static WeightsMatch InOrder(ParameterLayout layout, IReadOnlyList<NamedTensor> tensors, string? prefix = null)
    {
        if (prefix is not null)
            return Of(prefix, [.. tensors.Where(tensor => tensor.Name.StartsWith(prefix, StringComparison.Ordinal))]);
        return tensors.GroupBy(tensor => AverageNames.Folder(tensor.Name)).Where(group => group.Key is not null)
            .OrderByDescending(group => AverageNames.Score(group.Key!))
            .Select(group => Of(group.Key!, [.. group]))
            .FirstOrDefault(match => match.Fits) ?? Of("", tensors);

        WeightsMatch Of(string under, IReadOnlyList<NamedTensor> chosen)
        {
            var specs = layout.InOrder().Select(each => each.Spec).ToList();
            var pairs = specs.Zip(chosen).ToList();
            return new WeightsMatch
            {
                Prefix = under,
                Others = [.. tensors.Except(chosen).GroupBy(tensor => tensor.Name[..(tensor.Name.IndexOf('.') + 1)]).Where(group => AverageNames.Score(group.Key) >= 0).Select(group => (group.Key, group.Count()))],
                Found = pairs,
                Missing = [.. specs.Skip(pairs.Count).Select(spec => spec.Name)],
                Unexpected = [.. chosen.Skip(pairs.Count).Select(tensor => tensor.Name)],
                MisShaped = MisShapedOf(pairs),
            };
        }
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

    private static List<string> MisShapedOf(IEnumerable<(ParameterSpec Spec, NamedTensor Tensor)> pairs) =>
    [
        .. pairs.Where(pair => !pair.Tensor.IsFloat || !pair.Tensor.Shape.AsSpan().SequenceEqual(pair.Spec.Shape))
            .Select(pair => $"{pair.Spec.Name} is {(pair.Tensor.IsFloat ? "" : pair.Tensor.Type + " ")}[{string.Join(", ", pair.Tensor.Shape)}], not [{string.Join(", ", pair.Spec.Shape)}]"),
    ];
}
