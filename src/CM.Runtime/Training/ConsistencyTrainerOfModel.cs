namespace CM.Runtime;

/// <summary>
/// Trains a network f: the step, its gradients over micro-batches, the targets and the samplers. The generated class of an experiment says
/// what is particular: the loss, f, the noisy point, the times, and the coupling.
/// </summary>
/// <typeparam name="TModel">The module that is trained.</typeparam>
/// <inheritdoc/>
public abstract partial class ConsistencyTrainer<TModel>(
    TrainingSetup setup, ParameterLayout layout, AverageRule[] averages, ParameterLayout? frozen = null)
    : ConsistencyTrainer(setup, layout, averages, frozen)
    where TModel : nn.Module
{
    private (long Own, MicroBatch[] All) parts = (0, []);

    /// <summary>The network with the trained weights.</summary>
    protected TModel StudentModel => field ??= BuildModel(Weights);

    /// <summary>The network that makes the targets: the trained one, unless it is set.</summary>
    protected TModel TeacherModel { get => field ?? StudentModel; init; }

    /// <summary>The network with the weights of a finished run.</summary>
    protected TModel FrozenModel => field ??= BuildModel(Frozen);

    /// <summary>The largest norm of the gradients; null where they are taken as they are.</summary>
    protected double? ClipGradNorm { get; init; }

    /// <summary>Whether the experiment takes labels.</summary>
    protected bool TakesLabels { get; init; }

    /// <summary>Whether networks compute in 16 bits.</summary>
    protected bool IsLowPrecision { get; init; }

    /// <summary>The second stage of truncated training; null otherwise.</summary>
    protected Truncation? Truncation { get; init; }

    /// <summary>Gives each data point of a batch its noise; null where noise stays as it is drawn.</summary>
    protected Func<Tensor, Tensor, Tensor>? Assignment { get; init; }

    /// <summary>The network over weights, which it borrows: disposing of it would free them.</summary>
    /// <param name="weights">The trained weights, an average or frozen ones.</param>
    protected abstract TModel BuildModel(ParameterStore weights);

    /// <summary>Times of student and teacher.</summary>
    /// <param name="step">The step, counted from 0.</param>
    /// <param name="count">Samples of the whole batch.</param>
    /// <returns><c>[count]</c> each, float64.</returns>
    protected abstract (Tensor T, Tensor R) DrawTimes(int step, long count);

    /// <summary>Bernoulli draws of the coupling, <c>[count]</c>, bool, one tensor for each.</summary>
    /// <param name="step">The step, counted from 0.</param>
    /// <param name="count">Samples of the whole batch.</param>
    /// <returns>For each coin <c>[count]</c>, bool.</returns>
    protected virtual Tensor[] DrawBernoulli(int step, long count) => [];

    /// <summary>The learning rate at a step.</summary>
    /// <param name="step">The step, counted from 0.</param>
    protected virtual double LearningRate(int step) => Optimizer.LearningRate;

    /// <summary>Pairs data with noise.</summary>
    /// <param name="data">Data, <c>[B, …]</c>, float32.</param>
    /// <param name="noise">Noise of the same shape, standard normal.</param>
    /// <param name="t">The student's times, <c>[B]</c>, float64.</param>
    /// <param name="r">The teacher's times, <c>[B]</c>, float64.</param>
    /// <param name="labels">One-hot, <c>[B, classes]</c>, float32; null where the experiment takes none.</param>
    /// <param name="draws">Result of <see cref="DrawBernoulli"/> for these samples.</param>
    /// <returns>Both ends of the paths, <c>[B, …]</c>, and the part of the losses that the coupling adds, <c>[B]</c>, or null.</returns>
    public virtual (Tensor Data, Tensor Noise, Tensor? Regularization) Couple(Tensor data, Tensor noise, Tensor t, Tensor r, Tensor? labels, Tensor[] draws) =>
        (data, noise, null);

    /// <summary>The loss of each sample.</summary>
    /// <param name="data">Data x, or what the coupling puts in their place, <c>[B, …]</c>, float32.</param>
    /// <param name="noise">Noise z of the same shape.</param>
    /// <param name="t">The student's times, <c>[B]</c>, float64.</param>
    /// <param name="r">The teacher's times, <c>[B]</c>, float64.</param>
    /// <param name="labels">One-hot, <c>[B, classes]</c>, float32; null where the experiment takes none.</param>
    /// <returns><c>[B]</c>, float32.</returns>
    public abstract Tensor Losses(Tensor data, Tensor noise, Tensor t, Tensor r, Tensor? labels = null);

    /// <summary>The noisy point x_t.</summary>
    /// <param name="data">x, <c>[B, …]</c>.</param>
    /// <param name="noise">z of the same shape.</param>
    /// <param name="t">Times, <c>[B]</c>, float64.</param>
    protected abstract Tensor Noisy(Tensor data, Tensor noise, Tensor t);

    /// <summary>f(x, t) while training.</summary>
    /// <param name="model">The network in f.</param>
    /// <param name="x">Noisy points, <c>[B, …]</c>.</param>
    /// <param name="t">Times, <c>[B]</c>, float64, above 0.</param>
    /// <param name="labels">One-hot, <c>[B, classes]</c>, float32; null where the experiment takes none.</param>
    protected abstract Tensor Denoise(TModel model, Tensor x, Tensor t, Tensor? labels);

    /// <inheritdoc/>
    public override Tensor Step(Tensor data, int step, Tensor? labels = null)
    {
        RequireLabels(labels);
        using var _ = BeginStep(step);
        var noise = randn(BatchShape(data), device: data.device);                // of all processes, so that it does not depend on their number
        if (Assignment is { } assign)
            noise = assign(WholeBatch(data), noise);
        var (t, r) = DrawTimes(step, noise.shape[0]);
        var draws = DrawBernoulli(step, noise.shape[0]);
        var loss = Gradients(data, labels, noise, t, r, draws);
        AllReduce(loss);                                                         // and the gradients, where there are several processes
        Optimizer.LearningRate = LearningRate(step);
        if (Scaler?.Unscale() != false)                                          // otherwise gradients overflowed, and the step is left out
            Update(step, ClipGradNorm);
        else
            UpdateAverages(step);
        return loss.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override (Tensor Data, Tensor Noise) CoupleBatch(Tensor data, Tensor noise, int step, Tensor? labels = null)
    {
        RequireLabels(labels);
        using var frozen = no_grad();
        using var _ = NewDisposeScope();
        CastWeights();
        Context.Step = step;
        if (Assignment is { } assign)
            noise = assign(data, noise);
        var (t, r) = DrawTimes(step, data.shape[0]);
        var pair = Couple(data, noise, t, r, labels, DrawBernoulli(step, data.shape[0]));
        return (pair.Data.alias().MoveToOuterDisposeScope(), pair.Noise.alias().MoveToOuterDisposeScope());
    }

    /// <summary>
    /// The loss of a batch: the mean, or, where some samples are trained at t', the mean over the later ones plus a weighted mean over
    /// those, which come first (Lee et al. 2025, section 3).
    /// </summary>
    /// <param name="losses">The loss of each sample, <c>[B]</c>.</param>
    /// <returns>One number.</returns>
    public Tensor Mean(Tensor losses) => Mean(losses, MicroBatch.Whole(losses.shape[0]));

    /// <summary>f(x_t, t) of the student.</summary>
    /// <inheritdoc cref="Losses"/>
    protected Tensor DenoiseStudent(Tensor data, Tensor noise, Tensor t, Tensor? labels)
    {
        using var pass = BeginPass(t);
        return Denoise(StudentModel, Noisy(data, noise, t), t, labels);
    }

    /// <summary>f(x_r, r) of the teacher, without gradient.</summary>
    /// <inheritdoc cref="Losses"/>
    protected Tensor Target(Tensor data, Tensor noise, Tensor r, Tensor? labels)
    {
        using var frozen = no_grad();
        using var _ = NewDisposeScope();
        return TargetAt(Noisy(data, noise, r), r, labels).MoveToOuterDisposeScope();
    }

    /// <summary>f(x, r) of the teacher, without gradient.</summary>
    /// <param name="x">Noisy points, <c>[B, …]</c>.</param>
    /// <param name="r">Times, <c>[B]</c>, float64.</param>
    /// <param name="labels">One-hot, <c>[B, classes]</c>, float32; null where the experiment takes none.</param>
    protected Tensor TargetAt(Tensor x, Tensor r, Tensor? labels)
    {
        using var frozen = no_grad();
        using var _ = NewDisposeScope();
        using var pass = BeginPass(r);
        return Denoise(TeacherModel, x, r, labels).MoveToOuterDisposeScope();
    }

    /// <summary>f(x_r, r) of the teacher, without gradient; the data itself where r = 0.</summary>
    /// <inheritdoc cref="Losses"/>
    protected Tensor TargetOrData(Tensor data, Tensor noise, Tensor r, Tensor? labels)
    {
        using var frozen = no_grad();
        return ComputeMasked(r.gt(0), data, rows =>
        {
            using var _ = NewDisposeScope();
            using var pass = BeginPass(r, rows);
            var positive = rows.SelectTimes(r);
            return Denoise(TeacherModel, Noisy(rows.Select(data), rows.Select(noise), positive), positive, rows.Select(labels)).MoveToOuterDisposeScope();
        });
    }

    /// <summary>
    /// f(x_r, r) without gradient: of the first stage below t', of the teacher from there on; the data itself where r = 0.
    /// </summary>
    /// <inheritdoc cref="Losses"/>
    protected Tensor PiecewiseTarget(Tensor data, Tensor noise, Tensor r, Tensor? labels)
    {
        using var frozen = no_grad();
        using var _ = NewDisposeScope();
        return Piecewise(FrozenModel, TeacherModel, Noisy(data, noise, r), r, labels).MoveToOuterDisposeScope();
    }

    /// <summary>f(x, t) of one network below t' and of another from there on; each sees its own samples, and x stays where t = 0.</summary>
    /// <param name="below">The network below t'.</param>
    /// <param name="above">The network from t' on.</param>
    /// <param name="x">Noisy points, <c>[B, …]</c>.</param>
    /// <param name="t">Times, <c>[B]</c>, float64.</param>
    /// <param name="labels">One-hot, <c>[B, classes]</c>, float32; null where the experiment takes none.</param>
    protected Tensor Piecewise(TModel below, TModel above, Tensor x, Tensor t, Tensor? labels)
    {
        using var _ = NewDisposeScope();
        var start = Truncation!.Start;
        var early = ComputeMasked(t.lt(start).logical_and(t.gt(0)), x, rows => Pass(below, rows));
        return ComputeMasked(t.ge(start), early, rows => Pass(above, rows)).MoveToOuterDisposeScope();

        Tensor Pass(TModel network, RowSubset rows)
        {
            using var pass = BeginPass(t, rows);
            return Denoise(network, rows.Select(x), rows.SelectTimes(t), rows.Select(labels));
        }
    }

    /// <summary>Moves the first samples of a batch to t'.</summary>
    /// <param name="times">Times of student and teacher, <c>[count]</c> each.</param>
    /// <param name="earlier">The teacher's time at t'.</param>
    /// <returns>The same tensors.</returns>
    protected (Tensor T, Tensor R) WithBoundary((Tensor T, Tensor R) times, double earlier)
    {
        var boundary = Truncation!.CountOf(times.T.shape[0]);
        times.T.narrow(0, 0, boundary).fill_(Truncation.Start);
        times.R.narrow(0, 0, boundary).fill_(earlier);
        return times;
    }

    private IDisposable BeginPass(Tensor times, RowSubset? rows = null) => Context.BeginPass(StepSeed.Use.Dropout, times.shape[0], rows?.Indices);

    // The gradients of a batch, and its mean loss: the sum over all parts.
    private Tensor Gradients(Tensor data, Tensor? labels, Tensor noise, Tensor t, Tensor r, Tensor[] draws)
    {
        using var _ = NewDisposeScope();
        Weights.ZeroGradients();
        if (IsLowPrecision)
            CastWeights();
        var loss = zeros([], device: data.device);
        try
        {
            foreach (var part in Parts(data))
            {
                Context.MicroBatch = part.Rows;
                using var share = MeanLoss(part, part.SliceLocal(data), labels is null ? null : part.SliceLocal(labels), part.Slice(noise), part.Slice(t), part.Slice(r), Array.ConvertAll(draws, part.Slice));
                using var scaled = Scaler?.Scaled(share);
                (scaled ?? share).backward();
                if (IsLowPrecision)
                    Weights.CollectGradients();
                loss.add_(share.detach());
            }
        }
        finally
        {
            Context.MicroBatch = null;
        }

        return loss.MoveToOuterDisposeScope();
    }

    // The share of a part of the batch in the mean loss.
    private Tensor MeanLoss(MicroBatch part, Tensor data, Tensor? labels, Tensor noise, Tensor t, Tensor r, Tensor[] draws)
    {
        using var _ = NewDisposeScope();
        var pair = CoupleInPass(data, labels, noise, t, r, draws);
        var losses = Losses(pair.Data, pair.Noise, t, r, labels);
        RecordLoss(t, losses);
        var mean = pair.Regularization is null ? Mean(losses, part)
            : Truncation is { Boundary: > 0 } ? Mean(losses, part) + part.Mean(pair.Regularization)
            : part.Mean(losses + pair.Regularization);
        return mean.MoveToOuterDisposeScope();
    }

    // The coupling's networks draw for every part of a batch what they draw for the whole.
    private (Tensor Data, Tensor Noise, Tensor? Regularization) CoupleInPass(Tensor data, Tensor? labels, Tensor noise, Tensor t, Tensor r, Tensor[] draws)
    {
        using var pass = Context.BeginPass(StepSeed.Use.Coupling, data.shape[0]);
        return Couple(data, noise, t, r, labels, draws);
    }

    private Tensor Mean(Tensor losses, MicroBatch part) =>
        Truncation is null ? part.Mean(losses) : part.Mean(losses, Truncation.CountOf(part.Batch), Truncation.Weight);

    // The parts of a batch that this process trains on one after the other: one, unless --micro-batch says less.
    private MicroBatch[] Parts(Tensor data)
    {
        var own = data.shape[0];
        if (parts.Own != own)
            parts = (own, [.. MicroBatch.Split(own, Setup.MicroBatch ?? own, Setup.Group?.Rank ?? 0, Setup.Group?.Size ?? 1)]);
        return parts.All;
    }

    // The shape of the whole batch, that of all processes.
    private long[] BatchShape(Tensor data)
    {
        var shape = data.shape;
        shape[0] *= Setup.Group?.Size ?? 1;
        return shape;
    }

    // The data of the whole batch, where all processes have the same part of it.
    private Tensor WholeBatch(Tensor data) => Setup.Group is { } group ? group.Gather(data) : data;

    private void RequireLabels(Tensor? labels)
    {
        if (labels is null && TakesLabels)
            throw new InvalidOperationException("The experiment takes labels, and none were given.");
        if (labels is not null && !TakesLabels)
            throw new InvalidOperationException("The experiment takes no labels.");
    }
}
