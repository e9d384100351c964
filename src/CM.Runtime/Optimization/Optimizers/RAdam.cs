namespace CM.Runtime;

/// <summary>
/// Rectified Adam (Liu et al. 2020, algorithm 2) with an L2 penalty, as in PyTorch 1.13: ε is added to √v before the correction of its
/// bias, and the step is rectified from ρ_t &gt; 5 on.
/// </summary>
/// <param name="weights">Weights to train.</param>
/// <param name="rate">Learning rate, above 0.</param>
/// <param name="beta1">Decay of the mean of the gradient, in [0, 1).</param>
/// <param name="beta2">Decay of the mean of its square, in [0, 1).</param>
/// <param name="epsilon">Term added to the root of the second moment, above 0.</param>
/// <param name="weightDecay">Factor of the L2 penalty, 0 or more.</param>
public sealed class RAdam(
    ParameterStore weights, double rate, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0)
    : AdamFamily(weights, rate, beta1, beta2, weightDecay)
{
    private protected override void Descend()
    {
        var limit = 2 / (1 - Beta2) - 1;
        var length = limit - 2 * Steps * Math.Pow(Beta2, Steps) / Unbiased2;
        if (length > 5)
        {
            var rectification = Math.Sqrt((length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length));
            Descend(LearningRate / Unbiased1 * rectification * Math.Sqrt(Unbiased2), epsilon);
        }
        else
            Descend(LearningRate / Unbiased1, floor: null);
    }
}
