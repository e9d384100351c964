namespace CM.Runtime;

/// <summary>
/// Tensors of a file that are the parameters of a network. A file may hold several such sets: the trained weights,
/// averages of them, a teacher.
/// </summary>
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
    /// <param name="prefix">The prefix of the set that is wanted; null for the best.</param>
    /// <exception cref="UserError">A list of averages that may be wanted fits the names in several ways.</exception>
    public static IReadOnlyList<WeightsSet> Find(ParameterLayout layout, IReadOnlyList<NamedTensor> tensors, string file, string? prefix)
    {
        var wanted = layout.Parameters.Concat(layout.Buffers).SelectMany(spec => Wanted.Of(spec.Name)).ToList();
        var averages = tensors.Where(tensor => AverageNames.Score(tensor.Name) > 0).ToList();
        var sets = Rank(Group(ByName(wanted, tensors).Concat(WithoutDots(wanted, averages))), layout);
        if (sets.FirstOrDefault(set => set.Average == 0) is { } trained)
            sets.AddRange(Lists(averages).Select(list => list.Rename(trained, layout, tensors, file, prefix)).OfType<WeightsSet>());
        return Rank(sets, layout);
    }

    /// <summary>Whether the prefix is the one that is wanted, or lies below it.</summary>
    /// <param name="wanted">A prefix with or without its last dot; null for any.</param>
    public bool IsUnder(string? wanted) =>
        wanted is null || Prefix == wanted || (wanted.Length > 0 && Prefix.StartsWith($"{wanted.TrimEnd('.')}.", StringComparison.Ordinal));

    /// <summary>Number of the network's parameters in it, buffers not counted.</summary>
    public int Count(ParameterLayout layout) => layout.Parameters.Count(spec => Tensors.ContainsKey(spec.Name));

    /// <summary>The sets, best first; one that shares tensors with a better one is none of its own.</summary>
    private static List<WeightsSet> Rank(IEnumerable<WeightsSet> sets, ParameterLayout layout)
    {
        var used = new HashSet<NamedTensor>();
        var ranked = sets.OrderByDescending(set => set.Count(layout)).ThenByDescending(set => set.Average)
            .ThenByDescending(set => set.Tensors.Count).ThenBy(set => set.Prefix.Length).ToList();
        ranked.RemoveAll(set =>
        {
            if (set.Tensors.Values.Any(used.Contains))
                return true;
            used.UnionWith(set.Tensors.Values);
            return false;
        });
        return ranked;
    }

    /// <summary>One set a prefix: the names behind it are those of the part of the network that has the most of them.</summary>
    private static IEnumerable<WeightsSet> Group(IEnumerable<(string Prefix, Wanted Wanted, NamedTensor Tensor)> found) =>
        found.GroupBy(each => (each.Prefix, each.Wanted.Group)).GroupBy(group => group.Key.Prefix)
            .Select(groups => groups.OrderByDescending(group => group.Count()).ThenBy(group => group.Key.Group.Length).First())
            .Select(group => new WeightsSet(
                group.Key.Prefix, group.DistinctBy(each => each.Wanted.Spec).ToDictionary(each => each.Wanted.Spec, each => each.Tensor)));

    private static IEnumerable<(string Prefix, Wanted Wanted, NamedTensor Tensor)> ByName(
        List<Wanted> wanted, IReadOnlyList<NamedTensor> tensors)
    {
        var names = wanted.ToLookup(each => each.Name);
        foreach (var tensor in tensors)
            for (var start = 0; start >= 0; start = tensor.Name.IndexOf('.', start) + 1 is var next and > 0 ? next : -1)
                foreach (var each in names[tensor.Name[start..]])
                    yield return (tensor.Name[..start], each, tensor);
    }

    /// <summary>
    /// Averages in buffers of a module, whose names have no dots: <c>model_ema.diffusion_modelinput_blocks00weight</c>,
    /// <c>ema_In_weight</c>.
    /// </summary>
    private static IEnumerable<(string Prefix, Wanted Wanted, NamedTensor Tensor)> WithoutDots(
        List<Wanted> wanted, List<NamedTensor> averages)
    {
        var names = wanted.GroupBy(each => (each.Group, Name: Bare(each.Name))).Where(same => same.Count() == 1)
            .ToLookup(same => same.Key.Name, same => same.Single());
        foreach (var tensor in averages)
            for (var start = tensor.Name.LastIndexOf('.') + 1; start < tensor.Name.Length; start++)
                if (tensor.Name[start] != '_')
                    foreach (var each in names[Bare(tensor.Name[start..])].Where(_ => AverageNames.Score(tensor.Name[..start]) > 0))
                        yield return (tensor.Name[..start], each, tensor);

        static string Bare(string name) => name.Replace(".", "").Replace("_", "");
    }

    /// <summary>Averages with numbers instead of names.</summary>
    private static IEnumerable<WeightsSet> Lists(List<NamedTensor> averages) =>
        averages.GroupBy(tensor => tensor.Name[..(tensor.Name.LastIndexOf('.') + 1)])
            .Where(group => group.Index().All(each => each.Item.Name == $"{group.Key}{each.Index}"))
            .Select(group => new WeightsSet(group.Key, group.ToDictionary(tensor => tensor.Name)));

    /// <summary>
    /// A list of averages with the names of the trained weights. It has their order, but may lack buffers and what was not trained.
    /// </summary>
    private WeightsSet? Rename(WeightsSet trained, ParameterLayout layout, IReadOnlyList<NamedTensor> tensors, string file, string? prefix)
    {
        var specs = trained.Tensors.ToDictionary(pair => pair.Value.Name, pair => pair.Key);
        var all = tensors.Where(tensor => tensor.IsFloat && tensor.Name.StartsWith(trained.Prefix, StringComparison.Ordinal))
            .Where(tensor => AverageNames.Score(tensor.Name) == 0).ToList();
        var buffers = layout.Buffers.Select(spec => trained.Tensors.GetValueOrDefault(spec.Name)).ToHashSet();
        var list = Tensors.Values.ToList();
        var ways = new[] { all.Where(tensor => !buffers.Contains(tensor)).ToList(), all }
            .Select(candidates => Ways(list, candidates)).Where(ways => ways.Count > 0).MinBy(ways => ways.Count);
        if (ways is null || (ways.Count > 1 && !IsUnder(prefix)))
            return null;
        if (ways.Count > 1)
            throw new UserError(
                $"{file}: {Prefix} is an average of {list.Count} tensors without names, "
                    + $"which fit the names under '{trained.Prefix}' in several ways; take "
                + $"the trained weights with --prefix \"{trained.Prefix}\", or the average in the order of declaration with "
                + $"--prefix {Prefix} --in-order.");
        var named = ways[0].Zip(list).Where(pair => specs.ContainsKey(pair.First.Name));
        return new WeightsSet(Prefix, named.ToDictionary(pair => specs[pair.First.Name], pair => pair.Second));
    }

    /// <summary>
    /// Tensors of the same shapes and in the same order as a list: the first way to choose them, and the last where it is another.
    /// </summary>
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

    /// <summary>
    /// A name that a tensor may have: that of a parameter, or the rest of it behind the part of the network that the file has.
    /// </summary>
    private sealed record Wanted(string Spec, string Group)
    {
        public string Name => Spec[Group.Length..];

        public static Wanted[] Of(string spec) =>
            spec.IndexOf('.') is var dot and >= 0 ? [new(spec, ""), new(spec, spec[..(dot + 1)])] : [new(spec, "")];
    }
}
