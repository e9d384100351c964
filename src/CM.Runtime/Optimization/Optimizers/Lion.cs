namespace CM.Runtime;

/// <summary>
/// Lion (Chen et al. 2023, algorithm 2): every weight moves by the learning rate, against the sign of β₁·m + (1 − β₁)·g; then
/// m ← β₂·m + (1 − β₂)·g. The weights decay before that: w ← (1 − rate·decay)·w.
/// </summary>
public sealed class Lion : Optimizer
{
    private readonly double weightDecay;
    private readonly Scalar keepInStep;
    private readonly Scalar takeInStep;
    private readonly Scalar keep;
    private readonly Scalar take;

    /// <summary>Starts with m = 0.</summary>
    /// <param name="weights">Weights to train.</param>
    /// <param name="rate">Learning rate, above 0.</param>
    /// <param name="beta1">Weight of the mean gradient m in the step, in [0, 1).</param>
    /// <param name="beta2">Decay of the mean gradient, in [0, 1).</param>
    /// <param name="weightDecay">Decay of the weights per step, in learning rates; 0 or more.</param>
    public Lion(ParameterStore weights, double rate, double beta1 = 0.9, double beta2 = 0.99, double weightDecay = 0)
        : base(weights, rate, "exp_avg")
    {
        this.weightDecay = weightDecay;
        keepInStep = beta1;
        takeInStep = 1 - beta1;
        keep = beta2;
        take = 1 - beta2;
    }

    private protected override void Descend() => InChunks(LearningRate * weightDecay, chunk =>
    {
        var direction = chunk.Scratch.copy_(chunk.Moments[0]).mul_(keepInStep).add_(chunk.Gradients, takeInStep).sign_();
        chunk.Weights.add_(direction, -LearningRate);
        chunk.Moments[0].mul_(keep).add_(chunk.Gradients, take);
    });

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing)
            return;
        keepInStep.Dispose();
        takeInStep.Dispose();
        keep.Dispose();
        take.Dispose();
    }
}
