namespace CM.Runtime;

/// <summary>Common chunk of Adam and its variants: running means m of the gradient and v of its square, each <c>[Size]</c>.</summary>
public abstract class AdamFamily : Optimizer
{
    private readonly double beta1;
    private readonly double regularization;
    private readonly Scalar keepFirst;
    private readonly Scalar takeFirst;
    private readonly Scalar keepSecond;
    private readonly Scalar takeSecond;
    private readonly Scalar pull;

    private protected AdamFamily(ParameterStore weights, double rate, double beta1, double beta2, double regularization = 0)
        : base(weights, rate, "exp_avg", "exp_avg_sq")
    {
        this.beta1 = beta1;
        Beta2 = beta2;
        this.regularization = regularization;
        keepFirst = beta1;
        takeFirst = 1 - beta1;
        keepSecond = beta2;
        takeSecond = 1 - beta2;
        pull = regularization;
    }

    /// <summary>Decay of v.</summary>
    private protected double Beta2 { get; }

    /// <summary>1 − β₁ᵗ after t steps: what E[m] lacks of the gradient.</summary>
    private protected double Unbiased1 => 1 - Math.Pow(beta1, Steps);

    /// <summary>1 − β₂ᵗ after t steps: what E[v] lacks of its square.</summary>
    private protected double Unbiased2 => 1 - Math.Pow(Beta2, Steps);

    /// <summary>w ← (1 − decay)·w − size·m/(√v + floor); − size·m where there is no floor.</summary>
    private protected void Descend(double size, double? floor, double decay = 0) => InChunks(decay, chunk =>
    {
        UpdateMoments(chunk);
        var step = chunk.Scratch;
        if (floor is { } added)
            step.copy_(chunk.Moments[1]).sqrt_().add_(added).reciprocal_().mul_(chunk.Moments[0]);
        else
            step.copy_(chunk.Moments[0]);
        chunk.Weights.add_(step, -size);
    });

    /// <summary>The same with the unbiased means: w ← (1 − decay)·w − rate·m̂/(√v̂ + ε).</summary>
    private protected void DescendUnbiased(double epsilon, double decay = 0)
    {
        // rate/b₁·m / (√v/√b₂ + ε) with the fraction extended by √b₂.
        var root = Math.Sqrt(Unbiased2);
        Descend(LearningRate / Unbiased1 * root, epsilon * root, decay);
    }

    /// <summary>m ← β₁·m + (1 − β₁)·g and v ← β₂·v + (1 − β₂)·g², with g the gradient plus the L2 penalty's.</summary>
    private void UpdateMoments(Chunk chunk)
    {
        var gradient = regularization == 0 ? chunk.Gradients : chunk.Scratch.copy_(chunk.Gradients).add_(chunk.Weights, pull);
        chunk.Moments[0].mul_(keepFirst).add_(gradient, takeFirst);
        chunk.Moments[1].mul_(keepSecond).addcmul_(gradient, gradient, takeSecond);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing)
            return;
        keepFirst.Dispose();
        takeFirst.Dispose();
        keepSecond.Dispose();
        takeSecond.Dispose();
        pull.Dispose();
    }
}
