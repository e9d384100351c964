namespace CM.Dsl;

/// <summary>
/// The pseudo-Huber distance of two samples, √(‖a − b‖² + c²) − c (iCT, Song and Dhariwal 2023, equation 7). With c = 0 it is the plain
/// Euclidean norm, whose gradient at 0 is taken as 0.
/// </summary>
/// <param name="c">Distance at which the loss turns from squared to linear, 0 or more. iCT takes 0.00054·√(numbers in a sample).</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class PseudoHuberAttribute(double c) : Attribute
{
    /// <summary>Distance at which the loss turns from squared to linear.</summary>
    public double C { get; } = c;

    /// <summary>Apply it to every number and sum up, instead of to the norm of the whole sample. Default: false.</summary>
    public bool PerElement { get; set; }
}

/// <summary>The squared Euclidean distance of two samples, ‖a − b‖².</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class L2Attribute : Attribute;
