namespace CM.Dsl;

/// <summary>
/// KL divergence of a normal distribution per sample from the standard normal one (VCT, variational coupling):
/// <c>(mean, deviation) → [B]</c>, Σ ½(mean² + s² − 1) − ln s with s = deviation + 10⁻⁸, times a weight.
/// </summary>
/// <remarks>
/// The weight follows the loss's: it is <c>weight</c> times the schedule's <c>Weight</c> of the last interval of the grid, or, for
/// continuous times, <c>weight·Weight(max, TeacherTime(max, stage))</c>. So it grows over training as the intervals shrink.
/// </remarks>
/// <param name="weight">β, 0 or more.</param>
public sealed class KlToStandardNormalAttribute(double weight) : LayerAttribute
{
    /// <summary>β.</summary>
    public double Weight { get; } = weight;

    /// <summary>Take β as it is, whatever the schedule's weight. Default: false.</summary>
    public bool Constant { get; set; }
}
