namespace CM.Dsl;

/// <summary>
/// Normalises groups of channels to mean 0 and standard deviation 1, then scales and shifts each channel (Wu and He 2018): <c>[B, channels,
/// …]</c> stays.
/// </summary>
/// <param name="groups">Number of groups; divides the channels.</param>
/// <param name="channels">Channels.</param>
public sealed class GroupNormAttribute(object groups, object channels) : LayerAttribute
{
    /// <summary>Number of groups.</summary>
    public object Groups { get; } = groups;

    /// <summary>Channels.</summary>
    public object Channels { get; } = channels;

    /// <summary>Added to the variance. Default: 1e-5.</summary>
    public double Epsilon { get; set; } = 1e-5;
}
