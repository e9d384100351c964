namespace CM.Dsl;

/// <summary>
/// Sinusoidal features of a number per sample: <c>[B] → [B, channels]</c>, <c>[cos ft, sin ft]</c> with
/// <c>f_j = MaxPositions^(−j / (channels/2))</c> (Vaswani et al. 2017; EDM's <c>PositionalEmbedding</c>).
/// </summary>
/// <param name="channels">Features, an even number.</param>
public sealed class PositionalAttribute(object channels) : LayerAttribute
{
    /// <summary>Features.</summary>
    public object Channels { get; } = channels;

    /// <summary>Ratio of the fastest to the slowest frequency. Default: 10,000.</summary>
    public double MaxPositions { get; set; } = 10_000;

    /// <summary>Divide the exponent by <c>channels/2 − 1</c>, so that the slowest frequency is 1/MaxPositions exactly. Default: false.</summary>
    public bool Endpoint { get; set; }

    /// <summary>Put the sines before the cosines, as SongUNet does. Default: false.</summary>
    public bool SineFirst { get; set; }
}
