namespace CM.Runtime;

/// <summary>Which tensors of a file are which parameters of a network.</summary>
internal sealed record WeightsMatch
{
    /// <summary>Prefix of the names in the file: <c>ema.model.</c>; often nothing.</summary>
    public required string Prefix { get; init; }

    /// <summary>Other sets of tensors that may be weights of the network: their prefixes, and how many tensors each has.</summary>
    public required IReadOnlyList<(string Prefix, int Count)> Others { get; init; }

    /// <summary>Parameters and buffers with their tensors.</summary>
    public required IReadOnlyList<(ParameterSpec Spec, NamedTensor Tensor)> Found { get; init; }

    /// <summary>Names that the network has and the file has not.</summary>
    public required IReadOnlyList<string> Missing { get; init; }

    /// <summary>Names under the prefix that the file has and the network has not.</summary>
    public required IReadOnlyList<string> Unexpected { get; init; }

    /// <summary>Tensors of another shape or without floating-point elements, with both shapes.</summary>
    public required IReadOnlyList<string> MisShaped { get; init; }

    public bool Fits => Missing.Count == 0 && MisShaped.Count == 0;

    /// <summary>Whether the tensors that were taken are an average of the trained weights.</summary>
    public bool IsAverage => AverageNames.Score(Prefix) > 0;

    /// <summary>
    /// The set that was taken, and those that were not: <c>the average under ema.; not taken: 12 under model.</c>; empty
    /// where there is but one without a prefix.
    /// </summary>
    public string Choice
    {
        get
        {
            var taken = Prefix.Length == 0 ? "" : $"{(IsAverage ? "the average " : "")}under {Prefix}";
            var others = Others.Select(other =>
                $"{other.Count} {(other.Prefix.Length == 0 ? "without a prefix" : $"under {other.Prefix}")}");
            var left = string.Join(", ", others);
            return string.Join("; ", new[] { taken, left.Length == 0 ? "" : $"not taken: {left}" }.Where(text => text.Length > 0));
        }
    }

    /// <summary>
    /// Compares by name. The names in the file may stand behind a prefix, and those of the network behind a part of it,
    /// as a U-Net's do. Among the sets of tensors that have the most parameters an average goes before others; buffers that
    /// an average lacks come from the trained weights.
    /// </summary>
    /// <param name="layout">The network.</param>
    /// <param name="tensors">The tensors of the file, in its order.</param>
    /// <param name="file">The file, for messages.</param>
    /// <param name="prefix">The prefix of the set to take, where the user named one.</param>
    /// <exception cref="UserError">There is no such prefix, or it cannot be told which set is meant.</exception>
    public static WeightsMatch ByName(ParameterLayout layout, IReadOnlyList<NamedTensor> tensors, string file, string? prefix = null)
    {
        var sets = WeightsSet.Find(layout, tensors, file, prefix);
        var taken = sets.FirstOrDefault(set => set.IsUnder(prefix)) ?? new WeightsSet("", new Dictionary<string, NamedTensor>());
        if (prefix is not null && taken.Tensors.Count == 0)
            throw new UserError($"--prefix {prefix}: {file} has parameters of this network under {List(sets)}, none under {prefix}");
        var others = sets.Where(set => set != taken && set.Average >= 0 && 2 * set.Count(layout) > layout.Parameters.Count).ToList();
        bool IsEqual(WeightsSet set) => set.Average == 0 && set.IsUnder(prefix) && IsWhole(set);
        if (taken.Average == 0 && others.Where(IsEqual).ToList() is { Count: > 0 } equals)
            throw new UserError(
                $"{file}: has several sets of weights that fit, and none is called an average: {List([taken, .. equals])}; take one with: "
                + ProgramName.Command("import", file, "NAME", "--prefix", taken.Prefix, "--out", "FILE"));

        var chosen = new Dictionary<string, NamedTensor>(taken.Tensors);
        if (taken.Average > 0 && others.Find(set => set.Average == 0) is { } trained)
            foreach (var buffer in layout.Buffers.Where(spec => trained.Tensors.ContainsKey(spec.Name)))
                chosen.TryAdd(buffer.Name, trained.Tensors[buffer.Name]);
        var specs = layout.Parameters.Concat(layout.Buffers).ToList();
        var found = specs.Where(spec => chosen.ContainsKey(spec.Name)).Select(spec => (spec, chosen[spec.Name])).ToList();
        var known = sets.Where(set => set == taken || set.Average < 0 || others.Contains(set))
            .SelectMany(set => set.Tensors.Values).ToHashSet();
        var rest = tensors.Where(tensor => tensor.Name.StartsWith(taken.Prefix, StringComparison.Ordinal) && !known.Contains(tensor));
        return new WeightsMatch
        {
            Prefix = taken.Prefix,
            Others = [.. others.Select(set => (set.Prefix, set.Tensors.Count))],
            Found = found,
            Missing = [.. specs.Where(spec => !spec.IsBeside && !chosen.ContainsKey(spec.Name)).Select(spec => spec.Name)],
            Unexpected = [.. rest.Select(tensor => tensor.Name)],
            MisShaped = MisShapedOf(found),
        };

        bool IsWhole(WeightsSet set) => set.Count(layout) == layout.Parameters.Count;

        static string List(IEnumerable<WeightsSet> sets) =>
            string.Join(", ", sets.Take(10).Select(set => set.Prefix.Length > 0 ? set.Prefix : "no prefix"));
    }

    /// <summary>
    /// Takes the tensors in the order of the file for the parameters in the order of declaration; where an average fits,
    /// it goes before the others.
    /// </summary>
    /// <param name="layout">The network.</param>
    /// <param name="tensors">The tensors of the file, in its order.</param>
    /// <param name="prefix">The prefix of the tensors to take, where the user named one.</param>
    public static WeightsMatch InOrder(ParameterLayout layout, IReadOnlyList<NamedTensor> tensors, string? prefix = null)
    {
        var specs = layout.InOrder().Select(each => each.Spec).ToList();
        if (prefix is not null)
            return Of(prefix, [.. tensors.Where(tensor => tensor.Name.StartsWith(prefix, StringComparison.Ordinal))]);
        var averages = tensors.GroupBy(tensor => AverageNames.Folder(tensor.Name)).Where(group => group.Key is not null);
        return averages.OrderByDescending(group => AverageNames.Score(group.Key!)).Select(group => Of(group.Key!, [.. group]))
            .FirstOrDefault(match => match.Fits) ?? Of("", tensors);

        WeightsMatch Of(string under, IReadOnlyList<NamedTensor> chosen)
        {
            var pairs = specs.Zip(chosen).ToList();
            var others = tensors.Except(chosen).GroupBy(tensor => tensor.Name[..(tensor.Name.IndexOf('.') + 1)])
                .Where(group => AverageNames.Score(group.Key) >= 0);
            return new WeightsMatch
            {
                Prefix = under,
                Others = [.. others.Select(group => (group.Key, group.Count()))],
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
        {
            string[] faults = [Some("missing", Missing), Some("mis-shaped", MisShaped), Some("unexpected", Unexpected)];
            throw new UserError($"{file}: not the weights of {network} ({string.Join("; ", faults.Where(text => text.Length > 0))}).");
        }

        static string Some(string what, IReadOnlyList<string> names) =>
            names.Count == 0 ? "" : $"{names.Count} {what}: {string.Join(", ", names.Take(3))}{(names.Count > 3 ? ", …" : "")}";
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
            .Select(pair => $"{pair.Spec.Name} is {(pair.Tensor.IsFloat ? "" : pair.Tensor.Type + " ")}"
                + $"[{string.Join(", ", pair.Tensor.Shape)}], not [{string.Join(", ", pair.Spec.Shape)}]"),
    ];
}
