using System.Diagnostics;
using CM.Dsl;

namespace CM.Runtime;

/// <summary>A training under way: weights, averages, optimiser. The generated class of an experiment adds the step and the sampler.</summary>
public abstract class Training : IDisposable
{
    /// <summary>What the trained weights are called beside their averages.</summary>
    internal const string Online = "online";

    // Of the samples that a CPU works on together; 21 colour images of 32×32.
    private const long NumbersAtOnce = 1 << 16;

    private readonly Scalar one = 1;
    private readonly List<Tensor> masks = [];
    private readonly List<Tensor> masksOfCoupling = [];
    private readonly Tensor gradientNorm;
    private Optimizer? optimizer;
    private (long Own, BatchPart[] All) parts = (0, []);
    private bool clips;

    static Training() => LibTorch.KeepFreedMemory();

    /// <summary>Draws fresh weights from the setup's seed and starts the averages there.</summary>
    /// <param name="setup">Steps, batch, seed, device.</param>
    /// <param name="layout">Parameters of the network.</param>
    /// <param name="averages">One moving average each; the first makes the samples.</param>
    /// <param name="frozen">Parameters of the network whose weights of a finished run are kept beside; null where none are.</param>
    protected Training(TrainingSetup setup, ParameterLayout layout, AverageRule[] averages, ParameterLayout? frozen = null)
    {
        Setup = setup;
        Weights = ParameterStore.New(layout, setup.Seed, setup.Device);
        gradientNorm = zeros([], ScalarType.Float32, setup.Device);
        Averages = [.. averages.Select(rule => new MovingAverage(Weights, rule, setup.Batch))];
        FrozenWeights = frozen is null ? null : ParameterStore.New(frozen, setup.Seed, setup.Device, gradients: false);
    }

    /// <summary>Steps, batch, seed, device.</summary>
    public TrainingSetup Setup { get; }

    /// <summary>What is trained.</summary>
    public ParameterStore Weights { get; }

    /// <summary>Moving averages of the weights, in the order of declaration.</summary>
    public IReadOnlyList<MovingAverage> Averages { get; }

    /// <summary>Weights of a finished run, which never change; null where none are kept.</summary>
    internal ParameterStore? FrozenWeights { get; }

    /// <summary>Weights of a finished run, which never change.</summary>
    /// <exception cref="InvalidOperationException">None are kept.</exception>
    protected ParameterStore Frozen => FrozenWeights ?? throw new InvalidOperationException("The training keeps no weights of a finished run.");

    /// <summary>What changes the weights.</summary>
    public Optimizer Optimizer
    {
        get => optimizer ?? throw new InvalidOperationException("The training has not set its optimiser.");
        protected init => optimizer = value;
    }

    /// <summary>Scales the loss; null where it is taken as it is.</summary>
    public LossScaler? Scaler { get; protected init; }

    /// <summary>The weights that make samples: the first average, or the weights themselves where none is kept.</summary>
    public ParameterStore BestWeights => Averages.Count > 0 ? Averages[0].Weights : Weights;

    /// <summary>Norm of the last gradient, before clipping where it is clipped. Reading it waits for the device.</summary>
    internal double GradientNorm
    {
        get
        {
            if (clips)
                return gradientNorm.item<float>();
            using var norm = Weights.Gradients.norm();
            return norm.item<float>();
        }
    }

    /// <summary>How long the host was busy adding up gradients over processes, waiting for them included.</summary>
    internal TimeSpan Summing { get; private set; }

    /// <summary>Who is told of the samples of a step: their times and their losses, <c>[B]</c> each, which are only valid during the call.</summary>
    internal Action<Tensor, Tensor>? Noted { get; set; }

    /// <summary>Who looks at the gradients before they are clipped.</summary>
    internal Action? GradientsReady { get; set; }

    /// <summary>The weights of an average, by the name of its rule, or the trained weights themselves, called <see cref="Online"/>; null where there is no such average.</summary>
    internal ParameterStore? WeightsOf(string average) => average == Online ? Weights : Averages.FirstOrDefault(each => each.Rule.Name == average)?.Weights;

    /// <summary>One optimiser step.</summary>
    /// <param name="data">The data of this process, all of a batch where there is one: <c>[B, …]</c>, float32, on the device.</param>
    /// <param name="step">From 0 up to, but not including, <see cref="TrainingSetup.Steps"/>.</param>
    /// <returns>The loss: one number, without history.</returns>
    /// <exception cref="InvalidOperationException">The experiment takes labels.</exception>
    public virtual Tensor Step(Tensor data, int step) => throw LabelsMissing();

    /// <summary>One optimiser step of an experiment that takes labels.</summary>
    /// <param name="data"><c>[Batch, …]</c>, float32, on the device.</param>
    /// <param name="labels">The class of each, one-hot: <c>[Batch, classes]</c>, float32, on the device.</param>
    /// <param name="step">From 0 up to, but not including, <see cref="TrainingSetup.Steps"/>.</param>
    /// <returns>The loss: one number, without history.</returns>
    /// <exception cref="InvalidOperationException">The experiment takes no labels.</exception>
    public virtual Tensor Step(Tensor data, Tensor labels, int step) => throw LabelsUnknown();

    /// <summary>Makes samples from noise.</summary>
    /// <param name="weights">Usually <see cref="BestWeights"/>.</param>
    /// <param name="noise">For each sampling time a draw from the standard normal law, <c>[n, …]</c>; where there are fewer, sampling ends after as many times.</param>
    /// <returns>Samples, <c>[n, …]</c>.</returns>
    /// <exception cref="InvalidOperationException">The experiment takes labels.</exception>
    public virtual Tensor Sample(ParameterStore weights, IReadOnlyList<Tensor> noise) => throw LabelsMissing();

    /// <summary>Makes samples of given classes from noise.</summary>
    /// <param name="weights">Usually <see cref="BestWeights"/>.</param>
    /// <param name="noise">For each sampling time a draw from the standard normal law, <c>[n, …]</c>.</param>
    /// <param name="labels">The class of each, one-hot: <c>[n, classes]</c>, float32.</param>
    /// <returns>Samples, <c>[n, …]</c>.</returns>
    /// <exception cref="InvalidOperationException">The experiment takes no labels.</exception>
    public virtual Tensor Sample(ParameterStore weights, IReadOnlyList<Tensor> noise, Tensor labels) => throw LabelsUnknown();

    /// <summary>Puts noise onto data, and takes it off again in one step: f(Signal(t)·x + Noise(t)·z, t).</summary>
    /// <param name="weights">Usually <see cref="BestWeights"/>.</param>
    /// <param name="data">x, <c>[n, …]</c>.</param>
    /// <param name="noise">z, of the same shape.</param>
    /// <param name="time">t, above 0.</param>
    /// <returns><c>[n, …]</c>.</returns>
    /// <exception cref="InvalidOperationException">The experiment takes labels.</exception>
    public virtual Tensor Restore(ParameterStore weights, Tensor data, Tensor noise, double time) => throw LabelsMissing();

    /// <summary>The same for an experiment that takes labels.</summary>
    /// <param name="weights">Usually <see cref="BestWeights"/>.</param>
    /// <param name="data">x, <c>[n, …]</c>.</param>
    /// <param name="noise">z, of the same shape.</param>
    /// <param name="labels">The class of each, one-hot: <c>[n, classes]</c>, float32.</param>
    /// <param name="time">t, above 0.</param>
    /// <returns><c>[n, …]</c>.</returns>
    /// <exception cref="InvalidOperationException">The experiment takes no labels.</exception>
    public virtual Tensor Restore(ParameterStore weights, Tensor data, Tensor noise, Tensor labels, double time) => throw LabelsUnknown();

    /// <summary>The pairs of data and noise that the coupling makes at a step. Draws with libtorch's generators.</summary>
    /// <param name="data"><c>[n, …]</c>.</param>
    /// <param name="noise">Of the same shape, standard normal.</param>
    /// <param name="step">From 0 up to, but not including, <see cref="TrainingSetup.Steps"/>.</param>
    /// <returns>Both ends of the paths; the caller disposes of them.</returns>
    public virtual (Tensor Data, Tensor Noise) Match(Tensor data, Tensor noise, int step) => (data.alias(), noise.alias());

    /// <summary>The same for an experiment that takes labels.</summary>
    /// <param name="data"><c>[n, …]</c>.</param>
    /// <param name="noise">Of the same shape, standard normal.</param>
    /// <param name="labels">The class of each, one-hot: <c>[n, classes]</c>, float32.</param>
    /// <param name="step">From 0 up to, but not including, <see cref="TrainingSetup.Steps"/>.</param>
    /// <returns>Both ends of the paths; the caller disposes of them.</returns>
    public virtual (Tensor Data, Tensor Noise) Match(Tensor data, Tensor noise, Tensor labels, int step) => (data.alias(), noise.alias());

    /// <summary>Frees everything.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees everything.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        optimizer?.Dispose();
        Scaler?.Dispose();
        foreach (var average in Averages)
            average.Dispose();
        Weights.Dispose();
        FrozenWeights?.Dispose();
        gradientNorm.Dispose();
        one.Dispose();
    }

    /// <summary>Takes note of samples, for the loss by time; called once for each batch, or each part of one.</summary>
    /// <param name="times">Where on their paths the samples lie, <c>[B]</c>, above 0.</param>
    /// <param name="losses">The loss of each, <c>[B]</c>.</param>
    protected void Note(Tensor times, Tensor losses) => Noted?.Invoke(times, losses);

    private static InvalidOperationException LabelsMissing() => new("The experiment takes labels: give them behind the data, or behind the noise.");

    private static InvalidOperationException LabelsUnknown() => new("The experiment takes no labels.");

    /// <summary>Sets libtorch up for what the experiment computes in.</summary>
    /// <param name="compute">What networks compute in.</param>
    protected void ComputeIn(Compute compute)
    {
        if (Setup.Device.type == DeviceType.CUDA && compute is Compute.Float32 or Compute.TensorFloat32)
            backends.cuda.matmul.allow_tf32 = backends.cudnn.allow_tf32 = compute == Compute.TensorFloat32;
    }

    /// <summary>What networks compute in that are declared in float16: bfloat16 on a CPU, for which libtorch lacks half of the operations in float16.</summary>
    protected ScalarType Half => Setup.Device.type == DeviceType.CPU ? ScalarType.BFloat16 : ScalarType.Float16;

    /// <summary>Casts weights, averages and frozen weights as they are now, where networks compute in 16 bits: once before the passes of a step.</summary>
    public void CastWeights()
    {
        Weights.Cast();
        foreach (var average in Averages)
            average.Weights.Cast();
        FrozenWeights?.Cast();
    }

    /// <summary>The step that is being done, counted from 0.</summary>
    protected int Now { get; private set; }

    /// <summary>
    /// True when every pass sees the whole batch, and a pass over some rows computes all and keeps those, so that no shape depends on values that the host
    /// would have to wait for; dropout masks are then drawn once a step. Default: on CUDA devices, unless the batch is split.
    /// </summary>
    internal bool HasStaticShapes => Setup.StaticShapes ?? (Setup.Device.type == DeviceType.CUDA && Setup.AtOnce == Setup.OwnBatch);

    /// <summary>Begins a step: tensors made until its end are freed there, and what is drawn depends on the run's seed and the step alone.</summary>
    /// <param name="step">From 0 up to, but not including, <see cref="TrainingSetup.Steps"/>.</param>
    protected StepScope BeginStep(int step)
    {
        Now = step;
        StepSeed.Set(StepSeed.Of(Setup.Seed, step, StepSeed.Use.Step));
        return new StepScope([masks, masksOfCoupling]);
    }

    /// <summary>
    /// Puts what a pass makes of the chosen samples in the place of others. With static shapes the pass sees all samples.
    /// </summary>
    /// <param name="chosen">Which ones, [B], bool.</param>
    /// <param name="others">What stands for the rest, [B, …].</param>
    /// <param name="make">The pass; of the shape of the rows it sees.</param>
    /// <returns>[B, …].</returns>
    protected Tensor Where(Tensor chosen, Tensor others, Func<ChosenRows, Tensor> make)
    {
        using var _ = NewDisposeScope();
        if (HasStaticShapes)
            return where(chosen.view([-1, .. Enumerable.Repeat(1L, (int)others.dim() - 1)]), make(new ChosenRows(chosen, null)), others).MoveToOuterDisposeScope();
        var places = chosen.nonzero().view(-1);
        var made = places.shape[0] == 0 ? others.alias()
            : places.shape[0] == chosen.shape[0] ? make(new ChosenRows(null, null))
            : others.index_copy(0, places, make(new ChosenRows(null, places)));
        return made.MoveToOuterDisposeScope();
    }

    /// <summary>The shape of the whole batch, that of all processes: random numbers are drawn for all of it, so that they do not depend on who trains on what.</summary>
    /// <param name="data">The data of this process.</param>
    protected long[] BatchShape(Tensor data)
    {
        var shape = data.shape;
        shape[0] *= Setup.Group?.Size ?? 1;
        return shape;
    }

    /// <summary>The data of the whole batch, where all processes have the same part of it.</summary>
    /// <param name="data">The data of this process.</param>
    protected Tensor WholeBatch(Tensor data) => Setup.Group is { } group ? group.Gather(data) : data;

    /// <summary>The parts of a batch that this process trains on one after the other: one, unless <see cref="TrainingSetup.MicroBatch"/> says less.</summary>
    /// <param name="data">The data of this process.</param>
    protected IEnumerable<BatchPart> Parts(Tensor data)
    {
        var own = data.shape[0];
        if (parts.Own != own)
            parts = (own, [.. BatchPart.Split(own, Setup.MicroBatch ?? own, Setup.Group?.Rank ?? 0, Setup.Group?.Size ?? 1)]);
        return BatchPart.InTurn(parts.All);
    }

    /// <summary>Adds up the gradients and the loss of all processes.</summary>
    /// <param name="loss">One number, the share of this process.</param>
    protected void AllReduce(Tensor loss)
    {
        if (Setup.Group is not { } group)
            return;
        using var _ = no_grad();
        var begun = Stopwatch.GetTimestamp();
        group.Sum(Weights.Gradients);
        group.Sum(loss);
        Summing += Stopwatch.GetElapsedTime(begun);
    }

    /// <summary>Begins a pass with dropout: called before the student's and again before the teacher's pass, both see the same masks.</summary>
    /// <param name="step">Decides the masks.</param>
    /// <param name="batch">Samples of the batch, or of the part of it that is trained on.</param>
    /// <param name="rows">Which of them the pass sees, int64; null for all.</param>
    /// <returns>What ends the pass.</returns>
    protected IDisposable SeedDropout(int step, long batch, Tensor? rows = null)
    {
        DropoutMasks.Again();
        return BeginPass(StepSeed.Use.Dropout, step, batch, rows);
    }

    /// <summary>Begins the pass of a coupling's networks, which draw for every part of a batch what they draw for the whole.</summary>
    /// <param name="step">Decides the masks.</param>
    /// <param name="batch">Samples of the part.</param>
    /// <returns>What ends the pass.</returns>
    protected IDisposable SeedCoupling(int step, long batch) => BeginPass(StepSeed.Use.Coupling, step, batch, null);

    /// <summary>
    /// f(x, t) of samples, on a CPU a few after the others: what a network holds while it computes takes less memory, and stays in the cache. A function of
    /// one's own in the network sees that many samples at a time.
    /// </summary>
    /// <param name="denoise">f.</param>
    /// <param name="model">The network in it.</param>
    /// <param name="x"><c>[n, …]</c>.</param>
    /// <param name="t"><c>[n]</c>.</param>
    /// <returns><c>[n, …]</c>.</returns>
    protected static Tensor InParts<TModel>(Func<TModel, Tensor, Tensor, Tensor> denoise, TModel model, Tensor x, Tensor t) =>
        InParts((model, x, t, _) => denoise(model, x, t), model, x, t, t);

    /// <summary>The same with labels.</summary>
    /// <param name="denoise">f.</param>
    /// <param name="model">The network in it.</param>
    /// <param name="x"><c>[n, …]</c>.</param>
    /// <param name="t"><c>[n]</c>.</param>
    /// <param name="labels"><c>[n, classes]</c>.</param>
    /// <returns><c>[n, …]</c>.</returns>
    protected static Tensor InParts<TModel>(Func<TModel, Tensor, Tensor, Tensor, Tensor> denoise, TModel model, Tensor x, Tensor t, Tensor labels)
    {
        var (all, most) = (x.size(0), x.device.type == DeviceType.CPU ? Math.Max(get_num_threads(), NumbersAtOnce * x.size(0) / Math.Max(1, x.numel())) : long.MaxValue);
        if (all <= most)
            return denoise(model, x, t, labels);
        using var _ = NewDisposeScope();
        var parts = new Tensor[(all + most - 1) / most];
        var each = (all + parts.Length - 1) / parts.Length;
        for (var i = 0; i < parts.Length; i++)
        {
            var (first, count) = (i * each, Math.Min(each, all - i * each));
            parts[i] = denoise(model, x.narrow(0, first, count), t.narrow(0, first, count), labels.narrow(0, first, count));
        }

        return cat(parts, 0).MoveToOuterDisposeScope();
    }

    private IDisposable BeginPass(StepSeed.Use use, int step, long batch, Tensor? rows)
    {
        if (HasStaticShapes)
            return DropoutMasks.Share(use == StepSeed.Use.Dropout ? masks : masksOfCoupling, BatchPart.Current is { } own ? own.Places(rows, Setup.Device) : rows, BatchPart.Current?.Batch ?? batch);
        StepSeed.Set(StepSeed.Of(Setup.Seed, step, use));
        return BatchPart.Current is { } part ? DropoutMasks.Begin(part.Places(rows, Setup.Device), part.Batch) : DropoutMasks.Begin(rows, batch);
    }

    /// <summary>One step of the optimiser along the gradients, and of the averages.</summary>
    /// <param name="step">The step, counted from 0.</param>
    /// <param name="clip">What the gradients' norm is at most, above 0 and the same at every step; null where they are taken as they are.</param>
    protected void Update(int step, double? clip = null)
    {
        if (clip is { } bound)
            ClipGradients(bound);
        Optimizer.Step();
        UpdateAverages(step);
    }

    /// <summary>The averages alone, where a step is left out.</summary>
    /// <param name="step">The step, counted from 0.</param>
    protected void UpdateAverages(int step)
    {
        foreach (var average in Averages)
            average.Update(step);
    }

    /// <summary>
    /// Multiplies all gradients by min(1, bound/(norm + 10⁻⁶)) with their Euclidean norm, as torch's <c>clip_grad_norm_</c> does,
    /// without waiting for the device.
    /// </summary>
    /// <param name="bound">Above 0.</param>
    protected void ClipGradients(double bound)
    {
        GradientsReady?.Invoke();
        using var _ = no_grad();
        clips = true;
        using var norm = Weights.Gradients.norm();
        gradientNorm.copy_(norm);
        using var padded = norm + 1e-6;
        using var factor = bound / padded;
        Weights.Gradients.mul_(factor.clamp_max_(one));
    }
}
