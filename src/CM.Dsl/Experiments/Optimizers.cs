namespace CM.Dsl;

/// <summary>An optimiser: its learning rate, and what all of them have.</summary>
/// <param name="learningRate">Learning rate, above 0.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public abstract class OptimizerAttribute(double learningRate) : Attribute
{
    /// <summary>Learning rate.</summary>
    public double LearningRate { get; } = learningRate;

    /// <summary>Decay of the first moment, from 0 up to, but not including, 1. Default: 0.9.</summary>
    public double Beta1 { get; set; } = 0.9;

    /// <summary>
    /// Decay of the second moment, from 0 up to, but not including, 1. Default: 0.999; of <see cref="LionAttribute"/> 0.99.
    /// </summary>
    public double Beta2 { get; set; } = 0.999;

    /// <summary>Weight decay, 0 or more. Default: 0; of <see cref="AdamWAttribute"/> 0.01.</summary>
    public double WeightDecay { get; set; }
}

/// <summary>Adam (Kingma and Ba 2015); weight decay is an L2 penalty, added to the gradient.</summary>
/// <param name="learningRate">Learning rate, above 0.</param>
public sealed class AdamAttribute(double learningRate) : OptimizerAttribute(learningRate)
{
    /// <summary>Added to the root of the second moment, above 0. Default: 1e-8.</summary>
    public double Epsilon { get; set; } = 1e-8;
}

/// <summary>
/// Adam whose weight decay is no part of the gradient: w ← (1 − rate·decay)·w before each step (Loshchilov and Hutter 2019).
/// </summary>
public sealed class AdamWAttribute : OptimizerAttribute
{
    /// <param name="learningRate">Learning rate, above 0.</param>
    public AdamWAttribute(double learningRate)
        : base(learningRate) => WeightDecay = 0.01;

    /// <summary>Added to the root of the second moment, above 0. Default: 1e-8.</summary>
    public double Epsilon { get; set; } = 1e-8;
}

/// <summary>Rectified Adam (Liu et al. 2020), which warms itself up; weight decay is an L2 penalty, added to the gradient.</summary>
/// <param name="learningRate">Learning rate, above 0.</param>
public sealed class RAdamAttribute(double learningRate) : OptimizerAttribute(learningRate)
{
    /// <summary>Added to the root of the second moment, above 0. Default: 1e-8.</summary>
    public double Epsilon { get; set; } = 1e-8;
}

/// <summary>Lion, which moves every weight by the learning rate (Chen et al. 2023); w ← (1 − rate·decay)·w before each step.</summary>
public sealed class LionAttribute : OptimizerAttribute
{
    /// <param name="learningRate">Learning rate, above 0; a third to a tenth of Adam's.</param>
    public LionAttribute(double learningRate)
        : base(learningRate) => Beta2 = 0.99;

    /// <summary>
    /// Weights decay by (1 − decay) a step at the full learning rate, whatever that is: the decay is divided by the rate. Default: false.
    /// </summary>
    public bool Decoupled { get; set; }
}

/// <summary>The learning rate grows from 0 in equal steps: rate·min((k − after)/steps, 1) at step k, and is 0 before.</summary>
/// <param name="steps">Number of steps of the growth, above 0.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class WarmUpAttribute(double steps) : Attribute
{
    /// <summary>Number of steps of the growth.</summary>
    public double Steps { get; } = steps;

    /// <summary>The step that counts as the first, 0 or more; for a stage that counts the steps of the one before on. Default: 0.</summary>
    public double After { get; set; }
}

/// <summary>
/// The learning rate falls with the root of the steps: rate/√max((k − after)/steps, 1) at step k (EDM2, Karras et al. 2024).
/// </summary>
/// <param name="steps">Step from which it falls, above 0.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class InverseSqrtAttribute(double steps) : Attribute
{
    /// <summary>Step from which it falls.</summary>
    public double Steps { get; } = steps;

    /// <summary>The step that counts as the first, 0 or more; for a stage that counts the steps of the one before on. Default: 0.</summary>
    public double After { get; set; }
}

/// <summary>
/// The learning rate falls along half a cosine, from the end of its warm-up to 0 at the end of training: rate·½(1 + cos(π·(k − w)/(steps −
/// w))) at step k = w, …, with w the step at which <see cref="WarmUpAttribute"/> ends (Loshchilov and Hutter 2017, equation 5, without
/// restarts).
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class CosineAttribute : Attribute;

/// <summary>Scales the gradient down so that its Euclidean norm over all parameters is at most a bound.</summary>
/// <param name="bound">Bound, above 0.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ClipGradNormAttribute(double bound) : Attribute
{
    /// <summary>The bound.</summary>
    public double Bound { get; } = bound;
}

/// <summary>
/// Multiplies the loss before backpropagation and divides the gradients by the same again, so that small ones are not lost where a network
/// computes in half precision, <see cref="ComputeType.Float16"/>. A step whose gradients overflow is left out and halves the scale.
/// </summary>
/// <param name="scale">The first scale, above 0; torch's <c>GradScaler</c> takes 65536, TCM 16.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class LossScaleAttribute(double scale) : Attribute
{
    /// <summary>The first scale.</summary>
    public double Scale { get; } = scale;

    /// <summary>Steps without an overflow after which the scale doubles, 1 or more. Default: 2000.</summary>
    public int GrowthInterval { get; set; } = 2000;
}
