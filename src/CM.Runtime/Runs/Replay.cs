using System.Runtime.InteropServices;

namespace CM.Runtime;

/// <summary>
/// Finds where a training went astray: takes the steps since the last checkpoint again, with the same data and the same random numbers, and
/// looks at every layer, every loss and every gradient. It writes nothing.
/// </summary>
internal sealed class Replay : TrainingRun
{
    private readonly Dictionary<Tensor, (string Layer, string Where)> owners = new(ReferenceEqualityComparer.Instance);
    private readonly List<string> layers = [];
    private readonly int last;

    private string? firstLayer;
    private string? firstGradient;
    private string? samples;

    private Replay(TrainingRun run, Checkpoint from, int last)
        : base(run, from) => this.last = last;

    /// <summary>Result; null while there is none.</summary>
    private string? Found { get; set; }

    /// <summary>Takes the steps since the newest checkpoint again.</summary>
    /// <param name="experiment">Experiment of the run.</param>
    /// <param name="run">The run that went astray.</param>
    /// <returns>Step, times and layer in words; null where everything was a number this time.</returns>
    public static string? Find(Experiment experiment, TrainingRun run)
    {
        if (run.Folder.Checkpoints.Newest is not { } path)
            return null;
        using var checkpoint = Checkpoint.Open(path);
        using var replay = new Replay(run, checkpoint, run.Done);
        experiment.Train(replay);
        return replay.Found;
    }

    /// <inheritdoc/>
    public override void Begin(ConsistencyTrainer training)
    {
        Load(training);
        training.Context.Watcher = Look;
        training.LossesRecorded = LookAtSamples;
        training.GradientsReady = LookAtGradients;
        Own(training.Weights, "");
        foreach (var average in training.Averages)
            Own(average.Weights, $", with the weights of the average {average.Rule.Name}");
        if (training.FrozenWeights is { } frozen)
            Own(frozen, ", with the frozen weights");
    }

    /// <inheritdoc/>
    public override bool NextStep(out int step)
    {
        layers.Clear();
        firstLayer = firstGradient = samples = null;
        return base.NextStep(out step) && Found is null && step <= last;
    }

    /// <inheritdoc/>
    public override void EndStep(Tensor loss)
    {
        LookAtGradients();
        var training = Current;
        var step = Done;
        Done++;
        var value = loss.item<float>();
        if (!float.IsFinite(value))
            Found = $"step {step}: the loss is {value}{samples}; {firstLayer ?? "every layer's result is finite"}";
        else if (firstGradient is not null && training.Scaler is null)
            Found = $"step {step}: the loss is {Numbers.Short(value)}{samples}; but gradients are not finite, "
                + $"in backpropagation first that of {firstGradient}";
        else if (!IsFinite(training.Weights.Values))
            Found = $"step {step}: loss and gradient are finite, but weights are not any more";
    }

    /// <inheritdoc/>
    public override void Finish()
    {
    }

    private static bool IsFinite(Tensor value)
    {
        using var _ = no_grad();
        using var finite = value.isfinite();
        using var all = finite.all();
        return all.item<bool>();
    }

    private static string LayerOf(string parameter) => parameter[..Math.Max(0, parameter.LastIndexOf('.'))];

    /// <summary>A layer is known by the parameters and buffers that it computes with.</summary>
    private void Own(ParameterStore weights, string where)
    {
        foreach (var spec in weights.Layout.Parameters)
        {
            owners.Add(weights[spec.Name], (LayerOf(spec.Name), where));
            if (!spec.IsFloat32 && weights.InLow(spec.Name) is { } low)
                owners.Add(low, (LayerOf(spec.Name), where));
        }
        foreach (var spec in weights.Layout.Buffers)
            owners.Add(weights.Buffer(spec.Name), (LayerOf(spec.Name), where));
    }

    private void Look(ReadOnlySpan<Tensor?> weights, Tensor input, Tensor result)
    {
        var (names, where) = (new List<string>(), "");
        foreach (var weight in weights)
        {
            if (weight is not null && owners.TryGetValue(weight, out var owner))
            {
                names.Add(owner.Layer);
                where = owner.Where;
            }
        }
        if (firstLayer is null && !IsFinite(result))
        {
            firstLayer = IsFinite(input)
                ? $"the first layer whose result is not finite is {string.Join(" and ", names)}, [{string.Join(", ", result.shape)}]{where}"
                : $"what flows into {names.FirstOrDefault()}, [{string.Join(", ", input.shape)}]{where}, "
                    + "is not finite"
                    + (layers.Count == 0 ? "" : $", though the results of the layers before it are, the last of them {layers[^1]}");
        }
        layers.AddRange(names);
    }

    /// <summary>Times of the samples without a finite loss; if there are none, the range of all times.</summary>
    private void LookAtSamples(Tensor times, Tensor losses)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var (t, loss) = (ToHost(times), ToHost(losses));
        var bad = t.Where((_, i) => !double.IsFinite(loss[i])).ToArray();
        samples = bad.Length > 0
            ? $": {(bad.Length == 1 ? "1 sample" : $"{bad.Length:N0} samples")} of {t.Length:N0} went bad, {Range(bad)}"
            : $": every sample's loss is finite, {Range(t)}";

        static string Range(double[] times) => times.Min() == times.Max()
            ? $"at time {Numbers.Short(times.Min())}"
            : $"at times {Numbers.Short(times.Min())} to {Numbers.Short(times.Max())}";

        static double[] ToHost(Tensor values) =>
            MemoryMarshal.Cast<byte, double>(values.to(ScalarType.Float64).cpu().contiguous().bytes).ToArray();
    }

    /// <summary>
    /// Backpropagation comes from the output: of the gradients that are bad, the first is that of the layer which came last.
    /// </summary>
    private void LookAtGradients()
    {
        if (firstGradient is not null)
            return;
        var weights = Current.Weights;
        if (IsFinite(weights.Gradients))
            return;
        firstGradient = weights.Layout.Parameters
            .Where(spec => !IsFinite(weights[spec.Name].grad!))
            .MaxBy(spec => layers.LastIndexOf(LayerOf(spec.Name)))?.Name;
    }
}
