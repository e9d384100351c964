namespace CM.Dsl;

/// <summary>
/// The squared 2-Wasserstein distance between a normal distribution per sample and the standard normal one (Dowson and Landau 1982):
/// <c>(mean, deviation) → [B]</c>, Σ mean² + (deviation − 1)², times a weight. Unlike the KL divergence it stays finite where the standard
/// deviation is 0.
/// </summary>
/// <remarks>The weight follows the loss's, as that of <see cref="KlToStandardNormalAttribute"/> does.</remarks>
/// <param name="weight">β, 0 or more.</param>
public sealed class WassersteinToStandardNormalAttribute(double weight) : LayerAttribute
{
    /// <summary>β.</summary>
    public double Weight { get; } = weight;

    /// <summary>Take β as it is, whatever the schedule's weight. Default: false.</summary>
    public bool Constant { get; set; }
}
