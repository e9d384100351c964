namespace CM.Runtime;

/// <summary>A moving average of weights, starting at w: a ← keep·a + (1 − keep)·w after each optimiser step.</summary>
public sealed class MovingAverage : IDisposable
{
    private readonly ParameterStore source;
    private readonly int batch;

    /// <summary>Starts at the weights as they are.</summary>
    /// <param name="weights">What to average.</param>
    /// <param name="rule">What decides how much is kept.</param>
    /// <param name="batch">Examples in a step, 1 or more.</param>
    public MovingAverage(ParameterStore weights, AverageRule rule, int batch)
    {
        source = weights;
        this.batch = batch;
        Rule = rule;
        Weights = weights.Copy(gradients: false);
    }

    /// <summary>What decides how much is kept.</summary>
    public AverageRule Rule { get; }

    /// <summary>The average.</summary>
    public ParameterStore Weights { get; }

    /// <summary>Takes in the weights as they are now; called after each optimiser step.</summary>
    /// <param name="step">The step that was done, counted from 0.</param>
    public void Update(int step)
    {
        var keep = Rule.Keep(step, batch);
        if (keep == 1)
            return;
        using var _ = no_grad();
        using var take = full([], 1 - keep, ScalarType.Float32, Weights.Values.device); // lerp_ of a Scalar throws in TorchSharp 0.107
        Weights.Values.lerp_(source.Values, take);
    }

    /// <summary>Frees the average.</summary>
    public void Dispose() => Weights.Dispose();
}
