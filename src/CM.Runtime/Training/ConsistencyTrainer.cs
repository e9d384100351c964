using System.Diagnostics;
using CM.Dsl;

namespace CM.Runtime;

/// <summary>A training under way: weights, averages, optimiser, and the context that its networks share.</summary>
public abstract class ConsistencyTrainer : IDisposable
{
    /// <summary>Name of the trained weights beside their averages.</summary>
    internal const string Online = "online";

    private readonly Scalar one = 1;
    private readonly Tensor gradientNorm;
    private Optimizer? optimizer;
    private bool clips;

    static ConsistencyTrainer() => LibTorch.KeepFreedMemory();

    /// <summary>Draws fresh weights from the setup's seed and starts the averages there.</summary>
    /// <param name="setup">Steps, batch, seed, device.</param>
    /// <param name="layout">Parameters of the network.</param>
    /// <param name="averages">One moving average each; the first makes the samples.</param>
    /// <param name="frozen">Parameters of the network whose weights of a finished run are kept beside; null where none are.</param>
    protected ConsistencyTrainer(TrainingSetup setup, ParameterLayout layout, AverageRule[] averages, ParameterLayout? frozen = null)
    {
        Setup = setup;
        Context = new StepContext(setup.Seed, HasStaticShapes);
        Weights = ParameterStore.New(layout, setup.Seed, Context, setup.Device);
        gradientNorm = zeros([], ScalarType.Float32, setup.Device);
        Averages = [.. averages.Select(rule => new MovingAverage(Weights, rule, setup.Batch))];
        FrozenWeights = frozen is null ? null : ParameterStore.New(frozen, setup.Seed, Context, setup.Device, gradients: false);
    }

    /// <summary>Steps, batch, seed, device.</summary>
    public TrainingSetup Setup { get; }

    /// <summary>The step under way as networks see it.</summary>
    public StepContext Context { get; }

    /// <summary>The trained weights.</summary>
    public ParameterStore Weights { get; }

    /// <summary>Moving averages of the weights, in the order of declaration.</summary>
    public IReadOnlyList<MovingAverage> Averages { get; }

    /// <summary>Weights of a finished run, which never change; null where none are kept.</summary>
    internal ParameterStore? FrozenWeights { get; }

    /// <summary>Weights of a finished run, which never change.</summary>
    /// <exception cref="InvalidOperationException">None are kept.</exception>
    protected ParameterStore Frozen => FrozenWeights ?? throw new InvalidOperationException("The training keeps no weights of a finished run.");

    /// <summary>The optimiser of the weights.</summary>
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

    /// <summary>The time that the host was busy adding up gradients over processes, waiting for them included.</summary>
    internal TimeSpan Summing { get; private set; }

    /// <summary>Sees the samples of a step: their times and their losses, <c>[B]</c> each, which are only valid during the call.</summary>
    internal Action<Tensor, Tensor>? LossesRecorded { get; set; }

    /// <summary>Looks at the gradients before they are clipped.</summary>
    internal Action? GradientsReady { get; set; }

    /// <summary>
    /// The weights of an average, by the name of its rule, or the trained weights themselves, called <see cref="Online"/>; null where there
    /// is no such average.
    /// </summary>
    internal ParameterStore? WeightsOf(string average) => average == Online ? Weights : Averages.FirstOrDefault(each => each.Rule.Name == average)?.Weights;

    /// <summary>One optimiser step.</summary>
    /// <param name="data">The data of this process, all of a batch where there is one: <c>[B, …]</c>, float32, on the device.</param>
    /// <param name="step">Step, from 0 up to, but not including, <see cref="TrainingSetup.Steps"/>.</param>
    /// <param name="labels">The class of each, one-hot: <c>[B, classes]</c>, float32, on the device; null where the experiment takes
    /// none.</param>
    /// <returns>The loss: one number, without history.</returns>
    public abstract Tensor Step(Tensor data, int step, Tensor? labels = null);

    /// <summary>Makes samples from noise.</summary>
    /// <param name="weights">Usually <see cref="BestWeights"/>.</param>
    /// <param name="noise">For each sampling time a draw from the standard normal distribution, <c>[n, …]</c>; where there are fewer,
    /// sampling ends after as many times.</param>
    /// <param name="labels">The class of each, one-hot: <c>[n, classes]</c>, float32; null where the experiment takes none.</param>
    /// <returns>Samples, <c>[n, …]</c>.</returns>
    public abstract Tensor Sample(ParameterStore weights, IReadOnlyList<Tensor> noise, Tensor? labels = null);

    /// <summary>Puts noise onto data, and takes it off again in one step: f(Alpha(t)·x + Sigma(t)·z, t).</summary>
    /// <param name="weights">Usually <see cref="BestWeights"/>.</param>
    /// <param name="data">x, <c>[n, …]</c>.</param>
    /// <param name="noise">z, of the same shape.</param>
    /// <param name="time">t, above 0.</param>
    /// <param name="labels">The class of each, one-hot: <c>[n, classes]</c>, float32; null where the experiment takes none.</param>
    /// <returns><c>[n, …]</c>.</returns>
    public abstract Tensor Denoise(ParameterStore weights, Tensor data, Tensor noise, double time, Tensor? labels = null);

    /// <summary>The pairs of data and noise that the coupling makes at a step. Draws with libtorch's generators.</summary>
    /// <param name="data"><c>[n, …]</c>.</param>
    /// <param name="noise">Noise of the same shape, standard normal.</param>
    /// <param name="step">Step, from 0 up to, but not including, <see cref="TrainingSetup.Steps"/>.</param>
    /// <param name="labels">The class of each, one-hot: <c>[n, classes]</c>, float32; null where the experiment takes none.</param>
    /// <returns>Both ends of the paths; the caller disposes of them.</returns>
    public abstract (Tensor Data, Tensor Noise) CoupleBatch(Tensor data, Tensor noise, int step, Tensor? labels = null);

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

    /// <summary>Records the losses of samples, for the loss by time; called once for each batch, or each part of one.</summary>
    /// <param name="times">Times of the samples on their paths, <c>[B]</c>, above 0.</param>
    /// <param name="losses">The loss of each, <c>[B]</c>.</param>
    protected void RecordLoss(Tensor times, Tensor losses) => LossesRecorded?.Invoke(times, losses);

    /// <summary>Sets libtorch up for what the experiment computes in.</summary>
    /// <param name="compute">The type of networks.</param>
    protected void ComputeIn(ComputeType compute)
    {
        if (Setup.Device.type == DeviceType.CUDA && compute is ComputeType.Float32 or ComputeType.TensorFloat32)
            backends.cuda.matmul.allow_tf32 = backends.cudnn.allow_tf32 = compute == ComputeType.TensorFloat32;
    }

    /// <summary>
    /// The type of networks that are declared in float16: bfloat16 on a CPU, for which libtorch lacks half of the operations in float16.
    /// </summary>
    protected ScalarType Half => Setup.Device.type == DeviceType.CPU ? ScalarType.BFloat16 : ScalarType.Float16;

    /// <summary>
    /// Casts weights, averages and frozen weights as they are now, where networks compute in 16 bits: once before the passes of a step.
    /// </summary>
    public void CastWeights()
    {
        Weights.Cast();
        foreach (var average in Averages)
            average.Weights.Cast();
        FrozenWeights?.Cast();
    }

    /// <summary>The step under way, counted from 0.</summary>
    protected int CurrentStep => Context.Step;

    /// <summary>
    /// True when every pass sees the whole batch, and a pass over some rows computes all and keeps those, so that no shape depends on
    /// values that the host would have to wait for; dropout masks are then drawn once a step. Default: on CUDA devices, unless the batch is
    /// split.
    /// </summary>
    internal bool HasStaticShapes => Setup.StaticShapes ?? (Setup.Device.type == DeviceType.CUDA && Setup.AtOnce == Setup.OwnBatch);

    /// <summary>Begins a step: tensors made until its end are freed there, and draws depend on the run's seed and the step alone.</summary>
    /// <param name="step">Step, from 0 up to, but not including, <see cref="TrainingSetup.Steps"/>.</param>
    public StepScope BeginStep(int step)
    {
        Context.BeginStep(step);
        return new StepScope(Context);
    }

    /// <summary>
    /// Puts the result of a pass over the chosen samples in the place of others. With static shapes the pass sees all samples.
    /// </summary>
    /// <param name="chosen">Mask of the chosen rows, [B], bool.</param>
    /// <param name="others">Stands for the rest, [B, …].</param>
    /// <param name="make">The pass; of the shape of the rows it sees.</param>
    /// <returns>[B, …].</returns>
    protected Tensor ComputeMasked(Tensor chosen, Tensor others, Func<RowSubset, Tensor> make)
    {
        using var _ = NewDisposeScope();
        if (HasStaticShapes)
        {
            var wide = chosen.view([-1, .. Enumerable.Repeat(1L, (int)others.dim() - 1)]);
            return where(wide, make(new RowSubset(chosen, null)), others).MoveToOuterDisposeScope();
        }

        var places = chosen.nonzero().view(-1);
        var made = places.shape[0] == 0 ? others.alias()
            : places.shape[0] == chosen.shape[0] ? make(new RowSubset(null, null))
            : others.index_copy(0, places, make(new RowSubset(null, places)));
        return made.MoveToOuterDisposeScope();
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

    /// <summary>One step of the optimiser along the gradients, and of the averages.</summary>
    /// <param name="step">The step, counted from 0.</param>
    /// <param name="clip">The largest norm of the gradients, above 0 and the same at every step; null where they are taken as they
    /// are.</param>
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
    /// <param name="bound">Bound, above 0.</param>
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
