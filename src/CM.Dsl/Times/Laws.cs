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
}

/// <summary>Every interval of a grid is equally likely (CT, Song et al. 2023).</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class UniformAttribute : Attribute;
