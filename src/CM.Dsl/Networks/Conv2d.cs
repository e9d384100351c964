namespace CM.Dsl;

/// <summary>
/// A 2-D convolution: <c>[B, input, H, W] → [B, output, H', W']</c> with <c>H' = ⌊(H + 2·Padding − Dilation·(kernel − 1) − 1) / Stride⌋ +
/// 1</c>.
/// </summary>
/// <param name="input">Channels that come in.</param>
/// <param name="output">Channels that go out.</param>
/// <param name="kernel">Side of the square kernel, 1 or more.</param>
public sealed class Conv2dAttribute(object input, object output, int kernel) : WeightedLayerAttribute
{
    /// <summary>Channels that come in.</summary>
    public object Input { get; } = input;

    /// <summary>Channels that go out.</summary>
    public object Output { get; } = output;

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

    /// <summary>Groups of channels that do not see each other; divides both channel counts. Default: 1.</summary>
    public object Groups { get; set; } = 1;

    /// <summary>Whether a bias is added. Default: true.</summary>
    public bool Bias { get; set; } = true;
}
