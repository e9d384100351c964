namespace CM.Dsl;

/// <summary>
/// Multistep consistency sampling: from pure noise at the first time, then, for each further time, noise is added back to that time and
/// removed again (Song et al. 2023, algorithm 1).
/// </summary>
/// <param name="times">Falling times inside the schedule's range; the first is usually the schedule's <c>max</c>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class MultistepSamplerAttribute(params double[] times) : Attribute
{
    /// <summary>Falling times.</summary>
    public IReadOnlyList<double> Times { get; } = times;

    /// <summary>
    /// Add the same noise back at every time after the first (TCM's <c>--deterministic</c>). Default: false, each time has its own.
    /// </summary>
    public bool ReuseNoise { get; set; }
}

/// <summary>
/// Sampler of a diffusion model: the probability-flow equation dx/dσ = (x − f(x, σ))/σ, from the schedule's last time to 0, by Heun's
/// second-order method (Karras et al. 2022, algorithm 1 without churn).
/// </summary>
/// <param name="steps">Number of steps, 2 or more; the network runs 2·steps − 1 times.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class HeunSamplerAttribute(int steps) : Attribute
{
    /// <summary>Number of steps.</summary>
    public int Steps { get; } = steps;

    /// <summary>Exponent ρ, above 0: σ^(1/ρ) falls evenly (equation 5). Default: 7.</summary>
    public double Rho { get; set; } = 7;
}
