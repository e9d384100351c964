namespace CM.Dsl;

/// <summary>
/// A transposed 2-D convolution: <c>[B, input, H, W] → [B, output, H', W']</c> with <c>H' = (H − 1)·Stride − 2·Padding + kernel +
/// OutputPadding</c>.
/// </summary>
/// <remarks>As PyTorch does, <see cref="Init.PyTorch"/> takes output·kernel² for the number that comes in.</remarks>
/// <param name="input">Channels that come in.</param>
/// <param name="output">Channels that go out.</param>
/// <param name="kernel">Side of the square kernel, 1 or more.</param>
public sealed class ConvTranspose2dAttribute(object input, object output, int kernel) : WeightedLayerAttribute
{
    /// <summary>Channels that come in.</summary>
    public object Input { get; } = input;

    /// <summary>Channels that go out.</summary>
    public object Output { get; } = output;

    /// <summary>Side of the square kernel.</summary>
    public int Kernel { get; } = kernel;

    /// <summary>Distance of the input's pixels in the output, 1 or more. Default: 1.</summary>
    public int Stride { get; set; } = 1;

    /// <summary>Rows and columns cut off on every side. Default: <c>(kernel − 1)/2</c>; kernel 4 and stride 2 double the size.</summary>
    public int Padding { get; set; } = (kernel - 1) / 2;

    /// <summary>Rows and columns added at the bottom and at the right, from 0 up to, but not including, the stride. Default: 0.</summary>
    public int OutputPadding { get; set; }

    /// <summary>Whether a bias is added. Default: true.</summary>
    public bool Bias { get; set; } = true;
}
