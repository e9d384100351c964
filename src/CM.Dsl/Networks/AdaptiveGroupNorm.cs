namespace CM.Dsl;

/// <summary>
/// Group normalisation whose scale and shift come from an embedding: <c>([B, channels, H, W], [B, embedding]) → [B, channels, H, W]</c>,
/// norm(x)·(1 + scale) + shift, with [scale, shift] a linear map (<c>affine</c>) of the embedding (Dhariwal and Nichol 2021).
/// </summary>
/// <param name="groups">Number of groups; divides the channels.</param>
/// <param name="channels">Channels.</param>
/// <param name="embedding">Width of the embedding.</param>
public sealed class AdaptiveGroupNormAttribute(object groups, object channels, object embedding) : WeightedLayerAttribute
{
    /// <summary>Number of groups.</summary>
    public object Groups { get; } = groups;

    /// <summary>Channels.</summary>
    public object Channels { get; } = channels;

    /// <summary>Width of the embedding.</summary>
    public object Embedding { get; } = embedding;

    /// <summary>Added to the variance. Default: 1e-5.</summary>
    public double Epsilon { get; set; } = 1e-5;
}
