namespace CM.Runtime;

/// <summary>An exponential moving average of weights: a ← decay·a + (1 − decay)·w, starting at w.</summary>
public sealed class MovingAverage : IDisposable
{
    private readonly ParameterStore source;
    private readonly Scalar keep;
    private readonly Scalar take;

    /// <summary>Starts at the weights as they are.</summary>
    /// <param name="weights">What to average.</param>
    /// <param name="decay">Weight of the old average, in [0, 1).</param>
    public MovingAverage(ParameterStore weights, double decay)
    {
        source = weights;
        keep = decay;
        take = 1 - decay;
        Weights = weights.Copy(gradients: false);
    }

    /// <summary>The average.</summary>
    public ParameterStore Weights { get; }

    /// <summary>Takes in the weights as they are now; called after each optimiser step.</summary>
    public void Update()
    {
        using var _ = no_grad();
        Weights.Values.mul_(keep).add_(source.Values, take);
    }

    /// <summary>Frees the average.</summary>
    public void Dispose()
    {
        Weights.Dispose();
        keep.Dispose();
        take.Dispose();
    }
}
