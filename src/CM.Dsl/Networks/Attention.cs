namespace CM.Dsl;

/// <summary>
/// Self-attention over pixels, <c>[B, channels, H, W]</c> stays: a 1×1 convolution gives query, key and value of every pixel, each head
/// averages the values with the softmax over all keys of q·k/√(channels per head), in float32, and a 1×1 convolution (<c>proj</c>) mixes
/// the heads. Normalisation before and the sum after belong to <c>Forward</c> (Vaswani et al. 2017; EDM's <c>UNetBlock</c>).
/// </summary>
/// <remarks>Among the 3·channels that <c>qkv</c> gives, head by head, channel 3·c + 0, 1, 2 is channel c of query, key, value.</remarks>
/// <param name="channels">Channels.</param>
public sealed class AttentionAttribute(object channels) : WeightedLayerAttribute
{
    /// <summary>Channels.</summary>
    public object Channels { get; } = channels;

    /// <summary>Number of heads; divides the channels. Default: 1.</summary>
    public object Heads { get; set; } = 1;

    /// <summary>Channels of a head, in place of <see cref="Heads"/>; divides the channels.</summary>
    public int ChannelsPerHead { get; set; }

    /// <summary>
    /// Multiplies the weights of <c>proj</c> after they are drawn, 0 or more; <c>InitWeight</c> is that of <c>qkv</c>. Default: 1.
    /// </summary>
    public double ProjectionInitWeight { get; set; } = 1;

    /// <summary>Multiplies the biases of <c>proj</c> after they are drawn, 0 or more. Default: <c>InitBias</c>.</summary>
    public double ProjectionInitBias { get; set; }
}
