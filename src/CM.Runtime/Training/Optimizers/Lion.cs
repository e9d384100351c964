namespace CM.Runtime;

/// <summary>
/// Lion (Chen et al. 2023, algorithm 2): every weight moves by the learning rate, against the sign of β₁·m + (1 − β₁)·g; then
/// m ← β₂·m + (1 − β₂)·g. The weights decay before that: w ← (1 − rate·decay)·w.
/// </summary>
public sealed class Lion : Optimizer
{
    private readonly double beta1;
    private readonly double beta2;
    private readonly double weightDecay;
    private readonly Scalar keepInStep;
    private readonly Scalar takeInStep;
    private readonly Scalar keep;
    private readonly Scalar take;
    private readonly DeviceNumber rate;

    /// <summary>Starts with m = 0.</summary>
    /// <param name="weights">What to train.</param>
    /// <param name="rate">Learning rate, above 0.</param>
    /// <param name="beta1">Weight of the mean gradient m in the step, in [0, 1).</param>
    /// <param name="beta2">Decay of the mean gradient, in [0, 1).</param>
    /// <param name="weightDecay">What a step takes off the weights, in learning rates; 0 or more.</param>
    public Lion(ParameterStore weights, double rate, double beta1 = 0.9, double beta2 = 0.99, double weightDecay = 0)
        : base(weights, rate, weightDecay != 0, "exp_avg")
    {
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.weightDecay = weightDecay;
        keepInStep = beta1;
        takeInStep = 1 - beta1;
        keep = beta2;
        take = 1 - beta2;
        this.rate = new DeviceNumber(weights.Values.device);
    }

    private protected override void Prepare()
    {
        Decay(Rate * weightDecay);
        rate.Set(Rate);
    }

    private protected override void Descend()
    {
        var mean = Moments[0].Values;
        if (Backend.HasKernels(mean))
        {
            Backend.Lion(Weights.Values, Weights.Gradients, mean, beta1, beta2, Rest, Rate);
            return;
        }

        InParts(part =>
        {
            part.Weights.sub_(part.Scratch.copy_(part.Moments[0]).mul_(keepInStep).add_(part.Gradients, takeInStep).sign_().mul_(rate.Tensor));
            part.Moments[0].mul_(keep).add_(part.Gradients, take);
        });
    }

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
        rate.Dispose();
    }
}
