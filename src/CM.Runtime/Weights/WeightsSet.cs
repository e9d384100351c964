namespace CM.Runtime;

/// <summary>Tensors of a file that are the parameters of a network. A file may hold several such sets: the trained weights, averages of them, a teacher.</summary>
/// <param name="Prefix">The part of the tensors' names before those of the parameters: <c>model_ema.</c>.</param>
/// <param name="Tensors">The tensors by the names of the parameters and buffers.</param>
internal sealed record WeightsSet(string Prefix, IReadOnlyDictionary<string, NamedTensor> Tensors)
{
    /// <summary>How clearly the prefix says that these are averages: 1 or more; below 0 for the state of an optimiser.</summary>
    public int Average { get; } = AverageNames.Score(Prefix);

    /// <summary>Finds all sets in a file, best first: those with the most parameters, and of these an average before others.</summary>
    /// <param name="layout">The network.</param>
    /// <param name="tensors">The tensors of the file, in its order.</param>
    /// <param name="file">The file, for messages.</param>
    /// <param name="prefix">The prefix of the sets that are wanted; null for all.</param>
    /// <exception cref="UserError">A list of averages fits the names in several ways.</exception>
    public static IReadOnlyList<WeightsSet> Find(ParameterLayout layout, IReadOnlyList<NamedTensor> tensors, string file, string? prefix)
    {
        var specs = layout.Parameters.Concat(layout.Buffers).Select(spec => spec.Name).ToList();
        var averages = tensors.Where(tensor => AverageNames.Score(tensor.Name) > 0).ToList();
        var sets = specs.SelectMany(PartsOf).Distinct()
            .SelectMany(part => ByName(specs, part, tensors).Concat(WithoutDots(specs, part, averages)).Select(found => (found.Prefix, Part: part, found.Spec, found.Tensor)))
            .GroupBy(found => (found.Prefix, found.Part))
            .GroupBy(group => group.Key.Prefix)
            .Select(groups => groups.OrderByDescending(group => group.Count()).ThenBy(group => group.Key.Part.Length).First())
            .Select(group => new WeightsSet(group.Key.Prefix, group.DistinctBy(found => found.Spec).ToDictionary(found => found.Spec, found => found.Tensor)));
        var ranked = Rank(sets, layout);
        return ranked.FirstOrDefault(set => set.Average == 0) is { } trained
            ? Rank([.. ranked, .. Lists(averages).Where(list => IsUnder(list.Prefix, prefix)).Select(list => trained.Rename(layout, tensors, list, file)).OfType<WeightsSet>()], layout)
            : ranked;
    }

    /// <summary>Whether the prefix is the one that is wanted, or lies below it.</summary>
    public bool IsUnder(string? wanted) => IsUnder(Prefix, wanted);

    /// <summary>How many parameters of the network are in it, buffers not counted.</summary>
    public int Count(ParameterLayout layout) => layout.Parameters.Count(spec => Tensors.ContainsKey(spec.Name));

    private static bool IsUnder(string prefix, string? wanted) =>
        wanted is null || prefix == wanted || (wanted.Length > 0 && prefix.StartsWith($"{wanted.TrimEnd('.')}.", StringComparison.Ordinal));

    /// <summary>The best sets; one that shares tensors with a better one is none of its own.</summary>
    private static List<WeightsSet> Rank(IEnumerable<WeightsSet> sets, ParameterLayout layout)
    {
        var used = new HashSet<NamedTensor>();
        var ranked = new List<WeightsSet>();
        foreach (var set in sets.OrderByDescending(set => set.Count(layout)).ThenByDescending(set => set.Average).ThenByDescending(set => set.Tensors.Count).ThenBy(set => set.Prefix.Length))
            if (!set.Tensors.Values.Any(used.Contains))
            {
                used.UnionWith(set.Tensors.Values);
                ranked.Add(set);
            }
        return ranked;
    }

    /// <summary>Nothing, and the name up to its first dot: a file may have the names of a part of the network alone, such as those of a U-Net.</summary>
    private static string[] PartsOf(string name) => name.IndexOf('.') is var dot and >= 0 ? ["", name[..(dot + 1)]] : [""];

    private static IEnumerable<(string Prefix, string Spec, NamedTensor Tensor)> ByName(List<string> specs, string part, IReadOnlyList<NamedTensor> tensors)
    {
        var wanted = specs.Where(spec => spec.StartsWith(part, StringComparison.Ordinal)).ToDictionary(spec => spec[part.Length..]);
        foreach (var tensor in tensors)
            for (var start = 0; start >= 0; start = tensor.Name.IndexOf('.', start) + 1 is var next and > 0 ? next : -1)
                if (wanted.TryGetValue(tensor.Name[start..], out var spec))
                    yield return (tensor.Name[..start], spec, tensor);
    }

    /// <summary>Averages kept in buffers of a module, whose names have no dots: <c>model_ema.diffusion_modelinput_blocks00weight</c>, <c>ema_In_weight</c>.</summary>
    private static IEnumerable<(string Prefix, string Spec, NamedTensor Tensor)> WithoutDots(List<string> specs, string part, List<NamedTensor> averages)
    {
        var wanted = specs.Where(spec => spec.StartsWith(part, StringComparison.Ordinal))
            .GroupBy(spec => Bare(spec[part.Length..])).Where(same => same.Count() == 1).ToDictionary(same => same.Key, same => same.Single());
        foreach (var tensor in averages)
            for (var start = tensor.Name.LastIndexOf('.') + 1; start < tensor.Name.Length; start++)
                if (tensor.Name[start] != '_' && wanted.TryGetValue(Bare(tensor.Name[start..]), out var spec) && AverageNames.Score(tensor.Name[..start]) > 0)
                    yield return (tensor.Name[..start], spec, tensor);

        static string Bare(string name) => name.Replace(".", "").Replace("_", "");
    }

    /// <summary>Averages with numbers instead of names.</summary>
    private static IEnumerable<(string Prefix, List<NamedTensor> Tensors)> Lists(List<NamedTensor> averages) =>
        averages.GroupBy(tensor => tensor.Name[..(tensor.Name.LastIndexOf('.') + 1)])
            .Select(group => (group.Key, group.ToList()))
            .Where(list => list.Item2.Index().All(each => each.Item.Name == $"{list.Key}{each.Index}"));

    /// <summary>Gives a list of averages the names of this set, whose order it has. It may lack buffers and parameters that were not trained.</summary>
    private WeightsSet? Rename(ParameterLayout layout, IReadOnlyList<NamedTensor> tensors, (string Prefix, List<NamedTensor> Tensors) list, string file)
    {
        var specs = Tensors.ToDictionary(pair => pair.Value.Name, pair => pair.Key);
        var buffers = layout.Buffers.Select(spec => spec.Name).ToHashSet();
        var all = tensors.Where(tensor => tensor.IsFloat && tensor.Name.StartsWith(Prefix, StringComparison.Ordinal) && AverageNames.Score(tensor.Name) == 0).ToList();
        var withoutBuffers = all.Where(tensor => !(specs.TryGetValue(tensor.Name, out var spec) && buffers.Contains(spec))).ToList();
        var ways = new[] { withoutBuffers, all }.Select(candidates => Ways(list.Tensors, candidates)).Where(ways => ways.Count > 0).OrderBy(ways => ways.Count).FirstOrDefault();
        if (ways is null)
            return null;
        if (ways.Count > 1)
            throw new UserError(
                $"{file}: {list.Prefix} is an average of {list.Tensors.Count} tensors without names, which fit the names under '{Prefix}' in several ways; "
                + $"take the trained weights with --prefix \"{Prefix}\", or the average in the order of declaration with --prefix {list.Prefix} --in-order.");
        return new WeightsSet(list.Prefix, ways[0].Zip(list.Tensors).Where(pair => specs.ContainsKey(pair.First.Name)).ToDictionary(pair => specs[pair.First.Name], pair => pair.Second));
    }

    /// <summary>Tensors of the same shapes and in the same order as a list: the first way to choose them, and the last one where it is another.</summary>
    private static List<List<NamedTensor>> Ways(List<NamedTensor> list, List<NamedTensor> candidates)
    {
        var first = Choose(list, candidates);
        if (first.Count < list.Count)
            return [];
        var last = Choose(list.AsEnumerable().Reverse(), candidates.AsEnumerable().Reverse()).AsEnumerable().Reverse().ToList();
        return first.SequenceEqual(last) ? [first] : [first, last];
    }

    private static List<NamedTensor> Choose(IEnumerable<NamedTensor> list, IEnumerable<NamedTensor> candidates)
    {
        var chosen = new List<NamedTensor>();
        using var next = list.GetEnumerator();
        var isOpen = next.MoveNext();
        foreach (var candidate in candidates)
            if (isOpen && candidate.Shape.AsSpan().SequenceEqual(next.Current.Shape))
            {
                chosen.Add(candidate);
                isOpen = next.MoveNext();
            }
        return chosen;
    }
}
