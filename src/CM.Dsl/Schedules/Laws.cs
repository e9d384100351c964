namespace CM.Dsl;

/// <summary>
/// Times are log-normal: ln t ~ N(mean, std²). On a grid, an interval has the probability that this distribution gives it,
/// erf((ln t_{i+1} − mean)/(√2·std)) − erf((ln t_i − mean)/(√2·std)) (iCT, section 3.5).
/// </summary>
/// <param name="mean">Mean of ln t.</param>
/// <param name="std">Standard deviation of ln t, above 0.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class LogNormalAttribute(double mean, double std) : Attribute
{
    /// <summary>Mean of ln t.</summary>
    public double Mean { get; } = mean;

    /// <summary>Standard deviation of ln t.</summary>
    public double Std { get; } = std;

    /// <summary>
    /// Draw continuous times from the schedule's <c>min</c> to <c>max</c> alone (TCM, Lee et al. 2025). Default: false. A grid lies between
    /// them anyway.
    /// </summary>
    public bool Truncated { get; set; }
}

/// <summary>
/// Continuous times follow a log-Student-t distribution between the schedule's <c>min</c> and <c>max</c>: ln t = mean + scale·T with T of
/// Student's law (TCM, Lee et al. 2025, takes 0, 0.2 and 0.01). With few degrees of freedom it is nearly even in ln t beyond a peak at the
/// mean.
/// </summary>
/// <param name="mean">Mode of ln t.</param>
/// <param name="scale">Width of the peak in ln t, above 0.</param>
/// <param name="degreesOfFreedom">Degrees of freedom ν, above 0.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class LogStudentTAttribute(double mean, double scale, double degreesOfFreedom) : Attribute
{
    /// <summary>Mode of ln t.</summary>
    public double Mean { get; } = mean;

    /// <summary>Width of the peak in ln t.</summary>
    public double Scale { get; } = scale;

    /// <summary>Degrees of freedom.</summary>
    public double DegreesOfFreedom { get; } = degreesOfFreedom;
}

/// <summary>Every interval of a grid is equally likely (CT, Song et al. 2023).</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class UniformAttribute : Attribute;
