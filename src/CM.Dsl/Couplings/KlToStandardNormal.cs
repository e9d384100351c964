namespace CM.Dsl;

/// <summary>
/// How far a normal law per sample lies from the standard normal law (VCT, variational coupling):
/// <c>(mean, deviation) → [B]</c>, Σ ½(mean² + s² − 1) − ln s with s = deviation + 10⁻⁸, times a weight.
/// </summary>
/// <remarks>
/// The weight follows the loss's: it is <c>weight</c> times the schedule's <c>Weight</c> of the last interval of the grid, or, for continuous times,
/// <c>weight·Weight(to, Earlier(to, stage))</c>. So it grows over training as the intervals shrink.
/// </remarks>
/// <param name="weight">β, 0 or more.</param>
public sealed class KlToStandardNormalAttribute(double weight) : LayerAttribute
{
    /// <summary>β.</summary>
    public double Weight { get; } = weight;

    /// <summary>Take β as it is, whatever the schedule's weight. Default: false.</summary>
    public bool Constant { get; set; }
}
