namespace CM.Dsl;

/// <summary>
/// Random Fourier features of a number per sample: <c>[B] → [B, channels]</c>, <c>[cos 2πft, sin 2πft]</c> with
/// <c>channels/2</c> fixed frequencies <c>f ~ N(0, Scale²)</c> (Tancik et al. 2020; EDM's <c>FourierEmbedding</c>).
/// </summary>
/// <param name="channels">Features, an even number.</param>
public sealed class FourierEmbeddingAttribute(object channels) : LayerAttribute
{
    /// <summary>Features.</summary>
    public object Channels { get; } = channels;

    /// <summary>Standard deviation of the frequencies. Default: 16.</summary>
    public double Scale { get; set; } = 16;

    /// <summary>Put the sines before the cosines, as SongUNet does. Default: false.</summary>
    public bool SineFirst { get; set; }
}
