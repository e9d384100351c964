namespace CM.Runtime;

/// <summary>Adam (Kingma and Ba 2015, algorithm 1) with an L2 penalty, as in PyTorch.</summary>
/// <param name="weights">Weights to train.</param>
/// <param name="rate">Learning rate, above 0.</param>
/// <param name="beta1">Decay of the mean of the gradient, in [0, 1).</param>
/// <param name="beta2">Decay of the mean of its square, in [0, 1).</param>
/// <param name="epsilon">Term added to the root of the second moment, above 0.</param>
/// <param name="weightDecay">Factor of the L2 penalty, 0 or more.</param>
public sealed class Adam(
    ParameterStore weights, double rate, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0)
    : AdamFamily(weights, rate, beta1, beta2, weightDecay)
{
    private protected override void Descend() => DescendUnbiased(epsilon);
}
