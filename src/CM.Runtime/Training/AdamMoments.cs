namespace CM.Runtime;

/// <summary>What Adam and its kin share: running means m of the gradient and v of its square, each <c>[Size]</c>.</summary>
internal sealed class AdamMoments(ParameterStore weights, double beta1, double beta2, double weightDecay) : IDisposable
{
    private readonly Tensor scratch = zeros_like(weights.Values);
    private readonly Scalar keepFirst = beta1;
    private readonly Scalar takeFirst = 1 - beta1;
    private readonly Scalar keepSecond = beta2;
    private readonly Scalar takeSecond = 1 - beta2;
    private readonly Scalar decay = weightDecay;

    public Tensor First { get; } = zeros_like(weights.Values);

    public Tensor Second { get; } = zeros_like(weights.Values);

    /// <summary>m ← β₁·m + (1 − β₁)·g and v ← β₂·v + (1 − β₂)·g², with g the gradient plus the L2 penalty's.</summary>
    public void Update()
    {
        var gradient = weights.Gradients;
        if (weightDecay != 0)
            gradient = scratch.copy_(gradient).add_(weights.Values, decay);
        First.mul_(keepFirst).add_(gradient, takeFirst);
        Second.mul_(keepSecond).addcmul_(gradient, gradient, takeSecond);
    }

    /// <summary>w ← w − rate·m/(√v + floor).</summary>
    public void Descend(double rate, double floor)
    {
        using Scalar step = -rate;
        using Scalar shift = floor;
        scratch.copy_(Second).sqrt_().add_(shift);
        weights.Values.addcdiv_(First, scratch, step);
    }

    /// <summary>w ← w − rate·m.</summary>
    public void DescendByMean(double rate)
    {
        using Scalar step = -rate;
        weights.Values.add_(First, step);
    }

    public void Dispose()
    {
        First.Dispose();
        Second.Dispose();
        scratch.Dispose();
        keepFirst.Dispose();
        takeFirst.Dispose();
        keepSecond.Dispose();
        takeSecond.Dispose();
        decay.Dispose();
    }
}
