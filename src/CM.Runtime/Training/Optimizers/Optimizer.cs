namespace CM.Runtime;

/// <summary>Changes the weights along the gradients: a few kernels over the flat tensors, in place, without allocating tensors.</summary>
public abstract class Optimizer : IDisposable
{
    private readonly DeviceNumber shrink;
    private readonly bool decays;
    private Tensor? scratch;

    /// <param name="weights">What to train.</param>
    /// <param name="rate">Learning rate, 0 or more.</param>
    /// <param name="decays">Whether a step takes something off the weights before it moves them.</param>
    /// <param name="moments">Names of the running means of the gradient that are kept.</param>
    private protected Optimizer(ParameterStore weights, double rate, bool decays, params string[] moments)
    {
        this.decays = decays;
        Weights = weights;
        Rate = rate;
        shrink = new DeviceNumber(weights.Values.device);
        Moments = [.. moments.Select(name => new Moment(name, zeros_like(weights.Values)))];
    }

    /// <summary>Learning rate of the next step, 0 or more.</summary>
    public double Rate { get; set; }

    /// <summary>How many steps were done.</summary>
    public int Steps { get; internal set; }

    /// <summary>The running means, which are part of a checkpoint.</summary>
    internal IReadOnlyList<Moment> Moments { get; }

    /// <summary>What is trained.</summary>
    private protected ParameterStore Weights { get; }

    /// <summary>Holds what a step computes on the way, <c>[Size]</c>; kernels need none.</summary>
    private protected Tensor Scratch => scratch ??= zeros_like(Weights.Values).DetachFromDisposeScope();

    /// <summary>One step along <see cref="ParameterStore.Gradients"/>, which stay as they are.</summary>
    public void Step()
    {
        Begin();
        Apply();
    }

    /// <summary>Counts the step and works out its numbers, on the host.</summary>
    internal void Begin()
    {
        Steps++;
        Prepare();
    }

    /// <summary>The work of the device.</summary>
    internal void Apply()
    {
        using var _ = no_grad();
        Descend();
    }

    /// <summary>Frees the running means.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the running means.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        foreach (var moment in Moments)
            moment.Values.Dispose();
        scratch?.Dispose();
        shrink.Dispose();
    }

    /// <summary>Works out the numbers of the step.</summary>
    private protected abstract void Prepare();

    /// <summary>Changes moments and weights by these numbers.</summary>
    private protected abstract void Descend();

    /// <summary>What a step leaves of the weights before it moves them; 1 where weights do not decay.</summary>
    private protected double Rest { get; private set; } = 1;

    /// <summary>Decides what the step takes off the weights.</summary>
    private protected void Decay(double share)
    {
        Rest = 1 - share;
        shrink.Set(Rest);
    }

    /// <summary>w ← (1 − share)·w.</summary>
    private protected void Shrink()
    {
        if (decays)
            Weights.Values.mul_(shrink.Tensor);
    }

    /// <summary>A running mean.</summary>
    /// <param name="Name">Its name in a checkpoint.</param>
    /// <param name="Values"><c>[Size]</c>.</param>
    internal sealed record Moment(string Name, Tensor Values);
}
