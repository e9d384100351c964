namespace CM.Runtime;

/// <summary>Changes the weights along the gradients: a few kernels over the flat tensors, in place.</summary>
public abstract class Optimizer : IDisposable
{
    private Tensor? scratch;

    /// <param name="weights">What to train.</param>
    /// <param name="rate">Learning rate, 0 or more.</param>
    /// <param name="moments">Names of the running means of the gradient that are kept.</param>
    private protected Optimizer(ParameterStore weights, double rate, params string[] moments)
    {
        Weights = weights;
        Rate = rate;
        AtOnce = weights.Values.device.type == DeviceType.CPU ? 1 << 18 : 1 << 24;
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

    /// <summary>
    /// Values that a step updates at once, 1 or more: few enough to stay in a CPU's cache, many on a device where each
    /// operation is a launch.
    /// </summary>
    internal long AtOnce { get; set; }

    /// <summary>One step along <see cref="ParameterStore.Gradients"/>, which stay as they are.</summary>
    public void Step()
    {
        Steps++;
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
    }

    /// <summary>Changes moments and weights.</summary>
    private protected abstract void Descend();

    /// <summary>Changes some values after the others, so that intermediate results take little memory.</summary>
    /// <param name="decay">Share of the weights that is subtracted first, 0 or more.</param>
    /// <param name="change">Changes a part, whose weights decayed before.</param>
    private protected void InParts(double decay, Action<Part> change)
    {
        var size = Weights.Values.numel();
        scratch ??= zeros([Math.Min(AtOnce, size)], ScalarType.Float32, Weights.Values.device).DetachFromDisposeScope();
        for (var start = 0L; start < size; start += AtOnce)
        {
            using var _ = NewDisposeScope();
            var count = Math.Min(AtOnce, size - start);
            Tensor[] moments = [.. Moments.Select(moment => Of(moment.Values))];
            var part = new Part(Of(Weights.Values), Of(Weights.Gradients), moments, scratch.narrow(0, 0, count));
            if (decay != 0)
                part.Weights.mul_(1 - decay);
            change(part);

            Tensor Of(Tensor flat) => flat.narrow(0, start, count);
        }
    }

    /// <summary>Some of the numbers that a step changes, <c>[n]</c> each.</summary>
    /// <param name="Weights">To be changed.</param>
    /// <param name="Gradients">To be left as they are.</param>
    /// <param name="Moments">In the order in which they were named.</param>
    /// <param name="Scratch">Anything.</param>
    private protected sealed record Part(Tensor Weights, Tensor Gradients, Tensor[] Moments, Tensor Scratch);

    /// <summary>A running mean.</summary>
    /// <param name="Name">Its name in a checkpoint.</param>
    /// <param name="Values"><c>[Size]</c>.</param>
    internal sealed record Moment(string Name, Tensor Values);
}
