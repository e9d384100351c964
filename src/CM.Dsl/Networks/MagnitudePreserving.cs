namespace CM.Dsl;

// The layers of EDM2 (Karras et al. 2024, "Analyzing and Improving the Training Dynamics of Diffusion Models"): for inputs of
// magnitude 1, outputs of magnitude 1. Those without weights are functions.

/// <summary>
/// Random Fourier features of a number per sample: <c>[B] → [B, channels]</c>, √2·cos(2π(f·x + φ)) with fixed <c>f ~ N(0, 1)</c> and
/// uniform phases φ; the buffers <c>freqs</c> and <c>phases</c> hold 2πf and 2πφ (equation 75).
/// </summary>
/// <param name="channels">Features.</param>
public sealed class MpFourierAttribute(object channels) : LayerAttribute
{
    /// <summary>Features.</summary>
    public object Channels { get; } = channels;
}

/// <summary>
/// A linear map without bias of the last axis, <c>[…, input] → […, output]</c>, by w·Gain/(ε + ‖w‖) row by row (equation 47). The weights
/// start from N(0, 1). A training pass with gradients first scales the stored rows to magnitude 1; a pass without gradients leaves them
/// alone.
/// </summary>
/// <param name="input">Size of the last axis that comes in.</param>
/// <param name="output">Size of the last axis that goes out.</param>
public sealed class MpLinearAttribute(object input, object output) : LayerAttribute
{
    /// <summary>Size of the last axis that comes in.</summary>
    public object Input { get; } = input;

    /// <summary>Size of the last axis that goes out.</summary>
    public object Output { get; } = output;

    /// <summary>Multiplies the weights. Default: 1.</summary>
    public double Gain { get; set; } = 1;
}

/// <summary>
/// A 2-D convolution without bias that keeps the size, <c>[B, input, H, W] → [B, output, H, W]</c>, with weights as for
/// <see cref="MpLinearAttribute"/>.
/// </summary>
/// <param name="input">Channels that come in.</param>
/// <param name="output">Channels that go out.</param>
/// <param name="kernel">Side of the square kernel, an odd number.</param>
public sealed class MpConv2dAttribute(object input, object output, int kernel) : LayerAttribute
{
    /// <summary>Channels that come in.</summary>
    public object Input { get; } = input;

    /// <summary>Channels that go out.</summary>
    public object Output { get; } = output;

    /// <summary>Side of the square kernel.</summary>
    public int Kernel { get; } = kernel;

    /// <summary>Multiplies the weights. Default: 1.</summary>
    public double Gain { get; set; } = 1;
}

/// <summary>
/// Self-attention over pixels as <see cref="AttentionAttribute"/>, <c>[B, channels, H, W]</c> stays, with weights as for
/// <see cref="MpLinearAttribute"/> and each query, key and value divided by 1e-4 + its root mean square.
/// </summary>
/// <param name="channels">Channels.</param>
public sealed class MpAttentionAttribute(object channels) : LayerAttribute
{
    /// <summary>Channels.</summary>
    public object Channels { get; } = channels;

    /// <summary>Number of heads; divides the channels. Default: 1.</summary>
    public object Heads { get; set; } = 1;

    /// <summary>Channels of a head, in place of <see cref="Heads"/>; divides the channels.</summary>
    public int ChannelsPerHead { get; set; }
}
