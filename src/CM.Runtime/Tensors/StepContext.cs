using static TorchSharp.torch.nn;

namespace CM.Runtime;

/// <summary>
/// A training step as networks see it: the origin of their random numbers. In a step a dropout mask is a function of the run's seed, the
/// step, the number of the dropout in the pass and the row in the whole batch, so that passes over the whole batch and over some of its
/// rows share it. Outside of a pass libtorch's generator draws.
/// </summary>
public sealed class StepContext
{
    private readonly long seed;
    private readonly bool hasStaticShapes;
    private readonly List<Tensor> masks = [];
    private readonly List<Tensor> masksOfCoupling = [];
    private Pass? pass;
    private GivenMasks? given;

    /// <summary>The context of a trainer.</summary>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="hasStaticShapes">True when all passes of a step see the same rows, whose masks are drawn once.</param>
    internal StepContext(long seed = 0, bool hasStaticShapes = false)
    {
        this.seed = seed;
        this.hasStaticShapes = hasStaticShapes;
    }

    /// <summary>The step under way, counted from 0.</summary>
    public int Step { get; internal set; }

    /// <summary>The rows of the whole batch that are trained on at once; null for all.</summary>
    internal RowRange? MicroBatch { get; set; }

    /// <summary>Sees every layer that computes with weights of this context; null where nobody looks.</summary>
    internal LayerWatcher? Watcher { get; set; }

    /// <summary>Each element stays with the probability 1 − p, divided by it, or becomes 0 (Srivastava et al. 2014).</summary>
    /// <param name="x">Tensor of any shape.</param>
    /// <param name="probability">p, from 0 up to, but not including, 1.</param>
    /// <param name="training">False where x stays as it is.</param>
    /// <returns>The shape of x.</returns>
    /// <exception cref="InvalidOperationException">Masks were given, and there is none left, or the next one has another shape.</exception>
    public Tensor Dropout(Tensor x, double probability, bool training)
    {
        if (!training || probability == 0)
            return functional.dropout(x, probability, false);
        pass?.Start(x.device);
        if (given is not null)
        {
            using var mask = given.Next(x.shape, pass?.Rows);
            using var kept = x * mask;
            return kept / (1 - probability);
        }

        if (pass is null || (pass.Rows is null && !hasStaticShapes))
            return functional.dropout(x, probability, training);
        if (hasStaticShapes)
        {
            // Boolean: a byte a number, which the student keeps for its backward pass anyway.
            using var kept = x * pass.Shared(() => empty([pass.Batch, .. x.shape[1..]], ScalarType.Bool, x.device).bernoulli_(1 - probability));
            return kept / (1 - probability);
        }

        using var whole = ones([pass.Batch, .. x.shape[1..]], x.dtype, x.device);
        using var all = functional.dropout(whole, probability, training);
        using var part = all.index_select(0, pass.Rows!);
        return x * part;
    }

    /// <summary>
    /// Until the result is disposed, the n-th dropout takes the n-th mask. Each pass of a training step over the same data, of the student,
    /// its teacher and a first stage, takes the same ones, a pass over some rows of the batch those rows.
    /// </summary>
    /// <param name="masks">Masks of the whole batch, 1 where an element stays, else 0; they stay the caller's.</param>
    public IDisposable TakeMasks(params Tensor[] masks) => given = new GivenMasks(this, masks);

    /// <summary>Evenly in [0, 1), [rows of this pass, 1]: the rows of a draw for the whole batch.</summary>
    /// <param name="samples">Tensor of the rows, [B, …].</param>
    internal Tensor Uniform(Tensor samples)
    {
        pass?.Start(samples.device);
        if (pass is null || (pass.Rows is null && !hasStaticShapes))
            return rand([samples.shape[0], 1], ScalarType.Float32, samples.device);
        if (hasStaticShapes)
            return pass.Shared(() => rand([pass.Batch, 1], ScalarType.Float32, samples.device)).alias();
        using var all = rand([pass.Batch, 1], ScalarType.Float32, samples.device);
        return all.index_select(0, pass.Rows!);
    }

    /// <summary>Begins a step: draws depend on the run's seed and the step alone.</summary>
    internal void BeginStep(int step)
    {
        Step = step;
        StepSeed.Set(StepSeed.Of(seed, step, StepSeed.Use.Step));
    }

    /// <summary>Frees the masks of the step.</summary>
    internal void EndStep()
    {
        foreach (var drawn in (List<Tensor>[])[masks, masksOfCoupling])
        {
            drawn.ForEach(mask => mask.Dispose());
            drawn.Clear();
        }
    }

    /// <summary>
    /// Begins a pass, which draws the masks of all passes of the step for the same use. It costs nothing where no mask is drawn.
    /// </summary>
    /// <param name="use">Student, teacher and first stage share <see cref="StepSeed.Use.Dropout"/>.</param>
    /// <param name="batch">Rows of the micro-batch.</param>
    /// <param name="rows">Indices of those that the pass sees, int64; null for all.</param>
    /// <returns>The end of the pass.</returns>
    internal IDisposable BeginPass(StepSeed.Use use, long batch, Tensor? rows = null) => pass = new Pass(this, use, batch, rows);

    // The generator is seeded, and the rows are found, when the first mask is drawn.
    private sealed class Pass(StepContext context, StepSeed.Use use, long batch, Tensor? rows) : IDisposable
    {
        private readonly Pass? before = context.pass;
        private readonly List<Tensor> drawn = use == StepSeed.Use.Dropout ? context.masks : context.masksOfCoupling;
        private bool hasStarted;
        private Tensor? own;
        private int next;

        /// <summary>Rows of the whole batch.</summary>
        public long Batch => context.MicroBatch?.Batch ?? batch;

        /// <summary>Indices of the rows of the pass in the whole batch; null for all.</summary>
        public Tensor? Rows => own ?? rows;

        public void Start(Device device)
        {
            if (hasStarted)
                return;
            hasStarted = true;
            if (use == StepSeed.Use.Dropout)
                context.given?.Again();
            if (!context.hasStaticShapes)
                StepSeed.Set(StepSeed.Of(context.seed, context.Step, use));
            if (context.MicroBatch is { } part)
                own = (rows is null ? arange(part.First, part.First + part.Count, 1, ScalarType.Int64, device) : rows + part.First).DetachFromDisposeScope();
        }

        public Tensor Shared(Func<Tensor> draw)
        {
            if (next == drawn.Count)
            {
                var all = draw();
                drawn.Add((Rows is null ? all : all.index_select(0, Rows)).DetachFromDisposeScope());
                if (Rows is not null)
                    all.Dispose();
            }

            return drawn[next++];
        }

        public void Dispose()
        {
            own?.Dispose();
            context.pass = before;
        }
    }

    private sealed class GivenMasks(StepContext context, Tensor[] masks) : IDisposable
    {
        private readonly GivenMasks? before = context.given;
        private int next;
        private int? first;

        public Tensor Next(long[] shape, Tensor? rows)
        {
            if (next == masks.Length)
                throw new InvalidOperationException($"The {masks.Length} dropout masks that were given are used up; give one for each dropout of a pass.");
            var mask = rows is null ? masks[next].alias() : masks[next].index_select(0, rows);
            if (!mask.shape.SequenceEqual(shape))
            {
                throw new InvalidOperationException(
                    $"Dropout mask {next} has the shape [{string.Join(", ", mask.shape)}], but x has [{string.Join(", ", shape)}]; give the masks in the order of the pass.");
            }

            next++;
            return mask;
        }

        // An encoder, whose masks come before the first pass, runs once.
        public void Again() => next = first ??= next;

        public void Dispose() => context.given = before;
    }
}

/// <summary>Rows of a batch.</summary>
/// <param name="First">Index of the first.</param>
/// <param name="Count">Number of rows.</param>
/// <param name="Batch">Rows of the whole batch.</param>
internal readonly record struct RowRange(long First, long Count, long Batch);
