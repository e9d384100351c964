namespace CM.Runtime;

/// <summary>Weights that somebody saved: safetensors, PyTorch's files, EDM's pickles, or a checkpoint of a run.</summary>
internal sealed class SavedWeights : IDisposable
{
    private readonly SafetensorsFile? file;
    private readonly string? choice; // of a checkpoint

    private SavedWeights(string path, IReadOnlyList<NamedTensor> tensors, SafetensorsFile? file = null, string? choice = null)
    {
        Path = path;
        Tensors = tensors;
        this.choice = choice;
        this.file = file;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Entries in their order.</summary>
    public IReadOnlyList<NamedTensor> Tensors { get; }

    /// <summary>Opens a file of any of these forms. A checkpoint gives its first average, or the weights if it has none.</summary>
    /// <exception cref="UserError">It cannot be read, is damaged, or is something else.</exception>
    public static SavedWeights Open(string path)
    {
        if (!File.Exists(path))
            throw new UserError($"{path}: there is no such file.");
        return IsSafetensors(path) ? OfSafetensors(path, average: null) : new SavedWeights(path, TorchFile.Read(path));
    }

    /// <summary>Opens one set of weights in a checkpoint.</summary>
    /// <param name="path">The checkpoint.</param>
    /// <param name="average">An average, or <c>online</c> for the weights themselves; null for the first average.</param>
    /// <exception cref="UserError">It is damaged, or there is no such average.</exception>
    public static SavedWeights OfCheckpoint(string path, string? average)
    {
        using (Checkpoint.Open(path)) // checks every byte
            return OfSafetensors(path, average);
    }

    /// <summary>
    /// Gives the weights to a training: to its network, to frozen weights that it keeps, and to the averages, which start there.
    /// </summary>
    /// <returns>The match of the network's weights.</returns>
    /// <exception cref="UserError">Something is missing or has another shape.</exception>
    public WeightsMatch CopyTo(ConsistencyTrainer training, string network)
    {
        var match = CopyTo(training.Weights, network);
        if (training.FrozenWeights is { } frozen)
            CopyTo(frozen, network);
        foreach (var average in training.Averages)
            average.Weights.CopyFrom(training.Weights);
        return match;
    }

    /// <summary>Tells which weights were taken and which were not; empty where the file has but one kind.</summary>
    public string ChoiceOf(WeightsMatch match) => (choice ?? match.Choice) is { Length: > 0 } told ? $", {told}" : "";

    public void Dispose() => file?.Dispose();

    private WeightsMatch CopyTo(ParameterStore store, string network)
    {
        var match = WeightsMatch.ByName(store.Layout, Tensors, Path);
        match.Demand(Path, network);
        match.CopyTo(store);
        return match;
    }

    private static SavedWeights OfSafetensors(string path, string? average)
    {
        var file = SafetensorsFile.Open(path);
        var tensors = file.Header.Tensors.Values.OrderBy(tensor => tensor.Begin)
            .Select(tensor => new NamedTensor(tensor.Name, tensor.Type, tensor.Shape, () => Read(file, tensor))).ToList();
        if (file.Header.Metadata.GetValueOrDefault(TrainingState.FormatKey) != TrainingState.Format)
            return new SavedWeights(path, tensors, file);

        var averages = tensors.Where(tensor => tensor.Name.StartsWith("ema/", StringComparison.Ordinal))
            .Select(tensor => tensor.Name.Split('/')[1]).Distinct().ToList();
        if (average is not (null or ConsistencyTrainer.Online) && !averages.Contains(average))
        {
            file.Dispose();
            throw new UserError($"{path}: there is no average '{average}'; there are: "
                + $"{string.Join(", ", [.. averages, ConsistencyTrainer.Online])}.");
        }
        var chosen = average ?? averages.FirstOrDefault(ConsistencyTrainer.Online);
        var others = averages.Append(ConsistencyTrainer.Online).Where(name => name != chosen).ToList();
        var isOnline = chosen == ConsistencyTrainer.Online;
        var choice = (isOnline ? "the trained weights" : $"the average {chosen}")
            + (others.Count > 0 ? $"; not taken: {string.Join(", ", others)}" : "");
        return new SavedWeights(path, [.. Under(isOnline ? "weights/" : $"ema/{chosen}/"), .. Under("buffers/")], file, choice);

        IEnumerable<NamedTensor> Under(string prefix) =>
            tensors.Where(tensor => tensor.Name.StartsWith(prefix, StringComparison.Ordinal))
                .Select(tensor => tensor with { Name = tensor.Name[prefix.Length..] });
    }

    private static byte[] Read(SafetensorsFile file, SafetensorsEntry tensor)
    {
        var bytes = new byte[tensor.End - tensor.Begin];
        file.Read(tensor, bytes);
        return bytes;
    }

    /// <summary>Behind eight bytes with its length a safetensors file has a brace; neither a zip file nor a pickle has.</summary>
    private static bool IsSafetensors(string path) => DataFile.Guard(path, () =>
    {
        using var stream = File.OpenRead(path);
        var start = new byte[9];
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start[8] == '{' && start[7] == 0;
    });
}
