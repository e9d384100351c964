namespace CM.Runtime;

/// <summary>A moving average of weights, starting at w: a ← keep·a + (1 − keep)·w after each optimiser step.</summary>
public sealed class MovingAverage : IDisposable
{
    private readonly ParameterStore source;
    private readonly int batch;
    private readonly DeviceNumber take;
    private double keep;

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
        take = new DeviceNumber(Weights.Values.device);
    }

    /// <summary>What decides how much is kept.</summary>
    public AverageRule Rule { get; }

    /// <summary>The average.</summary>
    public ParameterStore Weights { get; }

    /// <summary>Takes in the weights as they are now; called after each optimiser step.</summary>
    /// <param name="step">The step that was done, counted from 0.</param>
    public void Update(int step)
    {
        Begin(step);
        Apply();
    }

    /// <summary>Decides how much is kept at a step.</summary>
    /// <param name="step">The step, counted from 0.</param>
    internal void Begin(int step)
    {
        keep = Rule.Keep(step, batch);
        take.Set(1 - keep);
    }

    /// <summary>Takes in the weights as they are now; the work of the device.</summary>
    internal void Apply()
    {
        if (keep == 1 && Recording.Current is null)
            return;
        using var _ = no_grad();
        if (Backend.HasKernels(Weights.Values))
            Backend.Average(Weights.Values, source.Values, keep);
        else
            Weights.Values.lerp_(source.Values, take.Tensor);
    }

    /// <summary>Frees the average.</summary>
    public void Dispose()
    {
        Weights.Dispose();
        take.Dispose();
    }
}
