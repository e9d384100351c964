namespace CM.Dsl;

/// <summary>Adam (Kingma and Ba 2015).</summary>
/// <param name="rate">Learning rate, above 0.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class AdamAttribute(double rate) : Attribute
{
    /// <summary>Learning rate.</summary>
    public double Rate { get; } = rate;

    /// <summary>Decay of the first moment. Default: 0.9.</summary>
    public double Beta1 { get; set; } = 0.9;

    /// <summary>Decay of the second moment. Default: 0.999.</summary>
    public double Beta2 { get; set; } = 0.999;

    /// <summary>Added to the root of the second moment. Default: 1e-8.</summary>
    public double Epsilon { get; set; } = 1e-8;

    /// <summary>L2 penalty, added to the gradient. Default: 0.</summary>
    public double WeightDecay { get; set; }
}

/// <summary>Rectified Adam (Liu et al. 2020), which warms itself up.</summary>
/// <param name="rate">Learning rate, above 0.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class RAdamAttribute(double rate) : Attribute
{
    /// <summary>Learning rate.</summary>
    public double Rate { get; } = rate;

    /// <summary>Decay of the first moment. Default: 0.9.</summary>
    public double Beta1 { get; set; } = 0.9;

    /// <summary>Decay of the second moment. Default: 0.999.</summary>
    public double Beta2 { get; set; } = 0.999;

    /// <summary>Added to the root of the second moment. Default: 1e-8.</summary>
    public double Epsilon { get; set; } = 1e-8;

    /// <summary>L2 penalty, added to the gradient. Default: 0.</summary>
    public double WeightDecay { get; set; }
}

/// <summary>Scales the gradient down so that its Euclidean norm over all parameters is at most a bound.</summary>
/// <param name="bound">Above 0.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ClipNormAttribute(double bound) : Attribute
{
    /// <summary>The bound.</summary>
    public double Bound { get; } = bound;
}

/// <summary>An exponential moving average of the weights, updated after every step. The first one declared makes the samples.</summary>
/// <param name="decay">Weight of the old average, from 0 up to, but not including, 1.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false, AllowMultiple = true)]
public sealed class EmaAttribute(double decay) : Attribute
{
    /// <summary>Weight of the old average.</summary>
    public double Decay { get; } = decay;
}

/// <summary>
/// How samples are made: from pure noise at the first time, then, for each further time, noise is added back to that time and removed
/// again (multistep consistency sampling, Song et al. 2023, algorithm 1).
/// </summary>
/// <param name="times">Falling times inside the schedule's range; the first is usually the schedule's <c>to</c>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class SampleAttribute(params double[] times) : Attribute
{
    /// <summary>Falling times.</summary>
    public IReadOnlyList<double> Times { get; } = times;
}
