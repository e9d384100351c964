namespace CM.Dsl;

/// <summary>
/// Times are log-normal: ln t ~ N(mean, deviation²). On a grid, an interval has the probability that this law gives it,
/// erf((ln t_{i+1} − mean)/(√2·deviation)) − erf((ln t_i − mean)/(√2·deviation)) (iCT, section 3.5).
/// </summary>
/// <param name="mean">Mean of ln t.</param>
/// <param name="deviation">Deviation of ln t, above 0.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class LogNormalAttribute(double mean, double deviation) : Attribute
{
    /// <summary>Mean of ln t.</summary>
    public double Mean { get; } = mean;

    /// <summary>Deviation of ln t.</summary>
    public double Deviation { get; } = deviation;

    /// <summary>
    /// Draw continuous times from the schedule's <c>from</c> to <c>to</c> alone (TCM, Lee et al. 2025). Default: false. A grid lies between them anyway.
    /// </summary>
    public bool Truncated { get; set; }
}

/// <summary>
/// Continuous times follow a log-Student-t law between the schedule's <c>from</c> and <c>to</c>: ln t = mean + scale·T with T of Student's law (TCM,
/// Lee et al. 2025, takes 0, 0.2 and 0.01). With few degrees of freedom it is nearly even in ln t beyond a peak at the mean.
/// </summary>
/// <param name="mean">Where ln t has its peak.</param>
/// <param name="scale">Width of the peak in ln t, above 0.</param>
/// <param name="freedom">Degrees of freedom ν, above 0.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class LogStudentTAttribute(double mean, double scale, double freedom) : Attribute
{
    /// <summary>Where ln t has its peak.</summary>
    public double Mean { get; } = mean;

    /// <summary>Width of the peak in ln t.</summary>
    public double Scale { get; } = scale;

    /// <summary>Degrees of freedom.</summary>
    public double Freedom { get; } = freedom;
}

/// <summary>Every interval of a grid is equally likely (CT, Song et al. 2023).</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class UniformAttribute : Attribute;
