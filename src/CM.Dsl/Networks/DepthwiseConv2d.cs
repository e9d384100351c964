namespace CM.Dsl;

/// <summary>
/// A 2-D convolution of each channel on its own: <c>[B, channels, H, W] → [B, channels, H', W']</c>, with H' as for
/// <see cref="Conv2dAttribute"/>.
/// </summary>
/// <param name="channels">Channels.</param>
/// <param name="kernel">Side of the square kernel, 1 or more.</param>
public sealed class DepthwiseConv2dAttribute(object channels, int kernel) : WeightedLayerAttribute
{
    /// <summary>Channels.</summary>
    public object Channels { get; } = channels;

    /// <summary>Side of the square kernel.</summary>
    public int Kernel { get; } = kernel;

    /// <summary>Step of the kernel, 1 or more. Default: 1.</summary>
    public int Stride { get; set; } = 1;

    /// <summary>
    /// Zeros around the image. Default: <c>Dilation·(kernel − 1)/2</c>, which keeps the size for an odd kernel and stride 1.
    /// </summary>
    public int Padding { get; set; } = (kernel - 1) / 2;

    /// <summary>Distance between the kernel's taps. Default: 1.</summary>
    public int Dilation { get; set; } = 1;

    /// <summary>Whether a bias is added. Default: true.</summary>
    public bool Bias { get; set; } = true;
}
