using System.Security.Cryptography;
using System.Text;

namespace CM.Runtime;

/// <summary>
/// A training on disk: a safetensors file with <c>weights/…</c>, <c>buffers/…</c>, <c>ema/NAME/…</c>, the optimiser's <c>exp_avg/…</c> and,
/// where it has one, <c>exp_avg_sq/…</c>, <c>frozen/…</c> where weights of another run are kept beside, and the state as metadata.
/// Its SHA-256, taken with zeros in its own place, covers every byte.
/// </summary>
internal sealed class Checkpoint : IDisposable
{
    private const string HashKey = "sha256";
    private const int HashLetters = 64;
    private static readonly string NoHash = new('0', HashLetters);

    private readonly SafetensorsFile file;

    private Checkpoint(SafetensorsFile file, TrainingState state)
    {
        this.file = file;
        State = state;
    }

    /// <summary>Experiment and progress.</summary>
    public TrainingState State { get; }

    /// <summary>The file's name.</summary>
    public string Name => file.Name;

    /// <summary>Writes a training, whole or not at all.</summary>
    public static void Write(string path, TrainingState state, ConsistencyTrainer training) =>
        AtomicFile.Write(path, stream => Write(stream, state, training));

    /// <summary>Opens a checkpoint and checks every byte of it.</summary>
    /// <exception cref="UserError">The file cannot be read, is torn, or is something else.</exception>
    public static Checkpoint Open(string path) => Open(SafetensorsFile.Open(path));

    /// <summary>Checks a file that is already open, and takes it over.</summary>
    /// <exception cref="UserError">The file is damaged or is something else.</exception>
    public static Checkpoint Open(SafetensorsFile file)
    {
        try
        {
            var metadata = file.Header.Metadata;
            if (metadata.GetValueOrDefault(TrainingState.FormatKey) != TrainingState.Format)
                throw new UserError($"{file.Name}: a safetensors file, but no checkpoint of DslCM (its format is "
                    + $"not '{TrainingState.Format}').");
            if (metadata.GetValueOrDefault(HashKey) is not { Length: HashLetters } hash || hash != Hash(file))
                throw new UserError($"{file.Name}: damaged, its content does not match its SHA-256; "
                    + "delete it to go on from the checkpoint before it.");
            return new Checkpoint(file, TrainingState.FromMetadata(metadata));
        }
        catch (FormatException fault)
        {
            file.Dispose();
            throw new UserError($"{file.Name}: no checkpoint of DslCM ({fault.Message}).", fault);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Overwrites a training with the saved one.</summary>
    /// <exception cref="UserError">The network has other parameters by now.</exception>
    public void Load(ConsistencyTrainer training)
    {
        var parts = Entries(training);
        CheckTensors(parts);
        foreach (var part in parts)
            Fill(part);
        foreach (var average in training.Averages)
            average.Weights.BufferValues.copy_(training.Weights.BufferValues);
        training.Optimizer.Steps = State.Step - State.FirstStep - (training.Scaler?.Skipped ?? 0);
    }

    /// <summary>Gives the best saved weights to a training that starts from them or keeps them beside it.</summary>
    /// <param name="training">Trainer of an experiment with the same model.</param>
    /// <param name="starts">Whether the training itself starts from them. Networks beside the model that the file lacks stay fresh.</param>
    /// <exception cref="UserError">The model has other parameters.</exception>
    public void LoadBest(ConsistencyTrainer training, bool starts)
    {
        var averaged = file.Header.Tensors.Values.Where(tensor => tensor.Name.StartsWith("ema/", StringComparison.Ordinal))
            .MinBy(tensor => tensor.Begin);
        var best = averaged is null ? "weights" : averaged.Name[..averaged.Name.IndexOf('/', "ema/".Length)];
        if (starts)
            Take(training.Weights);
        if (training.FrozenWeights is not null)
            Take(training.FrozenWeights);
        foreach (var average in training.Averages)
            average.Weights.CopyFrom(training.Weights);

        void Take(ParameterStore store)
        {
            Entry[] parts =
            [
                new(best, store.Values, Known(best, store.Layout.Parameters)),
                new("buffers", store.BufferValues, Known("buffers", store.Layout.Buffers)),
            ];
            Refuse(Faults(parts));
            foreach (var part in parts)
                Fill(part);
        }

        List<ParameterSpec> Known(string prefix, IReadOnlyList<ParameterSpec> specs) =>
            [.. specs.Where(spec => !spec.IsBeside || file.Header.Tensors.ContainsKey($"{prefix}/{spec.Name}"))];
    }

    public void Dispose() => file.Dispose();

    private static List<Entry> Entries(ConsistencyTrainer training)
    {
        var layout = training.Weights.Layout;
        var parts = new List<Entry>
        {
            new("weights", training.Weights.Values, layout.Parameters),
            new("buffers", training.Weights.BufferValues, layout.Buffers),
        };
        parts.AddRange(training.Optimizer.Moments.Select(moment => new Entry(moment.Name, moment.Values, layout.Parameters)));
        parts.AddRange(
            training.Averages.Select(average => new Entry($"ema/{average.Rule.Name}", average.Weights.Values, layout.Parameters)));
        if (training.Scaler is { } scaler)
            parts.Add(new Entry("loss_scale", scaler.State, [new ParameterSpec("state", [3], Initializer.Constant(0), 0, 3)]));
        if (training.FrozenWeights is { } frozen)
        {
            parts.Add(new Entry("frozen", frozen.Values, frozen.Layout.Parameters));
            parts.Add(new Entry("frozen/buffers", frozen.BufferValues, frozen.Layout.Buffers));
        }

        return parts;
    }

    private static void Write(FileStream stream, TrainingState state, ConsistencyTrainer training)
    {
        var parts = Entries(training);
        var header = SafetensorsWriter.Header(
            [.. state.ToMetadata(), new(HashKey, NoHash)],
            parts.SelectMany(part => part.Specs.Select(spec => (part.NameOf(spec), spec.Shape))));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Put(header);
        foreach (var part in parts)
        {
            using var values = part.Flat.cpu();
            foreach (var spec in part.Specs)
            {
                using var view = ParameterStore.View(values, spec);
                Put(view.bytes);
            }
        }
        stream.Position = PlaceOfHash(header, NoHash);
        stream.Write(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash.GetHashAndReset())));

        void Put(ReadOnlySpan<byte> bytes)
        {
            hash.AppendData(bytes);
            stream.Write(bytes);
        }
    }

    private static string Hash(SafetensorsFile file)
    {
        var stream = file.Rewind();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var header = new byte[file.Header.Length];
        stream.ReadExactly(header);
        if (PlaceOfHash(header, file.Header.Metadata[HashKey]) is var place and >= 0)
            header.AsSpan(place, HashLetters).Fill((byte)'0');
        hash.AppendData(header);
        var chunk = new byte[1 << 20];
        for (var count = stream.Read(chunk); count > 0; count = stream.Read(chunk))
            hash.AppendData(chunk, 0, count);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Key of the hash in a header. Its quotes make it unique: JSON escapes them in every other text.</summary>
    private static int PlaceOfHash(byte[] header, string hash)
    {
        var key = Encoding.UTF8.GetBytes($"\"{HashKey}\":\"");
        var place = header.AsSpan().IndexOf([.. key, .. Encoding.UTF8.GetBytes(hash)]);
        return place < 0 ? place : place + key.Length;
    }

    private void CheckTensors(List<Entry> parts)
    {
        var gone = file.Header.Tensors.Keys.Except(parts.SelectMany(part => part.Specs.Select(part.NameOf)));
        Refuse(Faults(parts).Concat(gone.Select(name => $"{name} is gone")));
    }

    private IEnumerable<string> Faults(IEnumerable<Entry> parts)
    {
        foreach (var (name, shape) in parts.SelectMany(part => part.Specs.Select(spec => (part.NameOf(spec), spec.Shape))))
        {
            if (!file.Header.Tensors.TryGetValue(name, out var tensor))
                yield return $"{name} is new";
            else if (!shape.AsSpan().SequenceEqual(tensor.Shape))
                yield return $"{name} was [{string.Join(", ", tensor.Shape)}] and is [{string.Join(", ", shape)}]";
            else if (tensor.Type != "F32")
                yield return $"{name} is {tensor.Type}, not F32";
        }
    }

    private void Refuse(IEnumerable<string> found)
    {
        var faults = found.ToList();
        if (faults.Count > 0)
            throw new UserError($"{Name}: the network of {State.Experiment} has changed since "
                + $"({string.Join("; ", faults.Take(3))}{(faults.Count > 3 ? $"; {faults.Count - 3} more" : "")}); "
                + "train it anew, or undo the change.");
    }

    private void Fill(Entry part)
    {
        using var values = part.Flat.cpu();
        foreach (var spec in part.Specs)
        {
            using var view = ParameterStore.View(values, spec);
            file.Read(file.Header.Tensors[part.NameOf(spec)], view.bytes);
        }

        using var _ = no_grad();
        part.Flat.copy_(values);
    }

    /// <summary>Tensors of one kind: a flat tensor and what lies in it.</summary>
    private sealed record Entry(string Prefix, Tensor Flat, IReadOnlyList<ParameterSpec> Specs)
    {
        public string NameOf(ParameterSpec spec) => $"{Prefix}/{spec.Name}";
    }
}
