namespace CM.Runtime;

/// <summary>
/// Adam whose weight decay is no chunk of the gradient (Loshchilov and Hutter 2019, algorithm 2), as in PyTorch: w ← (1 −
/// rate·decay)·w before each step.
/// </summary>
/// <param name="weights">Weights to train.</param>
/// <param name="rate">Learning rate, above 0.</param>
/// <param name="beta1">Decay of the mean of the gradient, in [0, 1).</param>
/// <param name="beta2">Decay of the mean of its square, in [0, 1).</param>
/// <param name="epsilon">Term added to the root of the second moment, above 0.</param>
/// <param name="weightDecay">Decay of the weights per step, in learning rates; 0 or more.</param>
public sealed class AdamW(
    ParameterStore weights, double rate, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0.01)
    : AdamFamily(weights, rate, beta1, beta2)
{
    private protected override void Descend() => DescendUnbiased(epsilon, LearningRate * weightDecay);
}
