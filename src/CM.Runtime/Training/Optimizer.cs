namespace CM.Runtime;

/// <summary>Changes the weights along the gradients: a few kernels over the flat tensors, in place, without allocating tensors.</summary>
public abstract class Optimizer : IDisposable
{
    private protected Optimizer(AdamMoments moments) => Moments = moments;

    /// <summary>How many steps were done.</summary>
    public int Steps { get; internal set; }

    /// <summary>The running means, which are part of a checkpoint.</summary>
    internal AdamMoments Moments { get; }

    /// <summary>One step along <see cref="ParameterStore.Gradients"/>, which stay as they are.</summary>
    public void Step()
    {
        using var _ = no_grad();
        Steps++;
        Moments.Update();
        Descend();
    }

    /// <summary>Frees the running means.</summary>
    public void Dispose()
    {
        Moments.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected abstract void Descend();
}
