using System.ComponentModel;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CM.Runtime;

/// <summary>Work on images and their pixels, called by generated networks.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Images
{
    /// <summary>Repeats every pixel: [B, C, H, W] to [B, C, factor·H, factor·W].</summary>
    public static Tensor Upsample(Tensor images, int factor) =>
        functional.interpolate(images, size: [factor * images.size(2), factor * images.size(3)]);

    /// <summary>Keeps every factor-th pixel of every factor-th row: [B, C, H, W] to [B, C, ⌈H/factor⌉, ⌈W/factor⌉].</summary>
    public static Tensor Downsample(Tensor images, int factor)
    {
        using var rows = images.slice(2, 0, images.size(2), factor);
        return rows.slice(3, 0, images.size(3), factor);
    }

    /// <summary>Doubles every channel: zeros between the pixels, then four times the filter.</summary>
    /// <param name="images">[B, C, H, W].</param>
    /// <param name="filter">[1, 1, taps, taps], with sum 1.</param>
    /// <param name="padding">Rows and columns to cut off on every side.</param>
    /// <returns>[B, C, 2·H − 2 − 2·padding + taps, …].</returns>
    public static Tensor FirUpsample(Tensor images, Tensor filter, int padding)
    {
        var channels = images.size(1);
        using var cast = Casts.To(images, filter);
        using var brighter = (cast ?? filter) * 4;
        using var each = brighter.expand([channels, -1, -1, -1]);
        return functional.conv_transpose2d(images, each, strides: [2, 2], padding: [padding, padding], groups: channels);
    }

    /// <summary>Doubles every channel with the filter f⊗f/(Σf)².</summary>
    /// <param name="images">[B, C, H, W].</param>
    /// <param name="taps">Filter f along one axis; the sum is not 0.</param>
    /// <param name="padding">Rows and columns to cut off on every side.</param>
    public static Tensor FirUpsample(Tensor images, ReadOnlySpan<double> taps, int padding)
    {
        using var filter = Filter(images, taps);
        return FirUpsample(images, filter, padding);
    }

    /// <summary>Filters every channel and keeps every second pixel of every second row.</summary>
    /// <param name="images">[B, C, H, W].</param>
    /// <param name="filter">[1, 1, taps, taps], with sum 1.</param>
    /// <param name="padding">Zeros around the image.</param>
    /// <returns>[B, C, ⌊(H + 2·padding − taps)/2⌋ + 1, …].</returns>
    public static Tensor FirDownsample(Tensor images, Tensor filter, int padding)
    {
        var channels = images.size(1);
        using var cast = Casts.To(images, filter);
        using var each = (cast ?? filter).expand([channels, -1, -1, -1]);
        return functional.conv2d(images, each, strides: [2, 2], padding: [padding, padding], groups: channels);
    }

    /// <summary>Halves every channel with the filter f⊗f/(Σf)².</summary>
    /// <param name="images">[B, C, H, W].</param>
    /// <param name="taps">Filter f along one axis; the sum is not 0.</param>
    /// <param name="padding">Zeros around the image.</param>
    public static Tensor FirDownsample(Tensor images, ReadOnlySpan<double> taps, int padding)
    {
        using var filter = Filter(images, taps);
        return FirDownsample(images, filter, padding);
    }

    // f⊗f/(Σf)², [1, 1, taps, taps], where the images lie.
    private static Tensor Filter(Tensor images, ReadOnlySpan<double> taps)
    {
        double sum = 0;
        foreach (var tap in taps)
            sum += tap;
        var square = new double[taps.Length * taps.Length];
        for (var i = 0; i < square.Length; i++)
            square[i] = taps[i / taps.Length] / sum * (taps[i % taps.Length] / sum);
        return tensor(square, [1, 1, taps.Length, taps.Length], images.dtype, images.device);
    }

    /// <summary>Adds a channel of ones: [B, C, …] to [B, C + 1, …].</summary>
    public static Tensor WithOnes(Tensor images)
    {
        using var one = images.narrow(1, 0, 1);
        using var ones = ones_like(one);
        return cat([images, ones], 1);
    }

    /// <summary>A convolution that keeps the size.</summary>
    /// <param name="images">[B, C, H, W].</param>
    /// <param name="weight">[out, C, kernel, kernel] with an odd kernel.</param>
    /// <param name="bias">[out], or none.</param>
    /// <returns>[B, out, H, W].</returns>
    public static Tensor Conv2d(Tensor images, Tensor weight, Tensor? bias = null) => new ConvolutionBlock { Weight = weight, Bias = bias }.Of(images);

    /// <summary>A convolution of any stride, padding and dilation, in groups.</summary>
    /// <param name="images">[B, C, H, W].</param>
    /// <param name="weight">[out, C/groups, kernel, kernel].</param>
    /// <param name="bias">[out], or none.</param>
    /// <param name="strides">Down and to the right; default 1.</param>
    /// <param name="padding">Zeros around the image; default none.</param>
    /// <param name="dilation">Distance of the taps; default 1.</param>
    /// <param name="groups">Divides C and out.</param>
    /// <returns>[B, out, …].</returns>
    public static Tensor GeneralConv2d(Tensor images, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? dilation = null, long groups = 1)
    {
        using var cast = Casts.To(weight, images);
        return functional.conv2d(cast ?? images, weight, bias, strides, padding, dilation, groups).Seen(images, weight);
    }

    /// <summary>A transposed convolution.</summary>
    /// <param name="images">[B, C, H, W].</param>
    /// <param name="weight">[C, out, kernel, kernel].</param>
    /// <param name="bias">[out], or none.</param>
    /// <param name="strides">Down and to the right; default 1.</param>
    /// <param name="padding">Rows and columns that are cut off on every side; default none.</param>
    /// <param name="outputPadding">Rows and columns more at the bottom and the right; default none.</param>
    /// <returns>[B, out, …].</returns>
    public static Tensor ConvTranspose2d(Tensor images, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? outputPadding = null)
    {
        using var cast = Casts.To(weight, images);
        return functional.conv_transpose2d(cast ?? images, weight, bias, strides, padding, outputPadding).Seen(images, weight);
    }

    /// <summary>Group norm, SiLU, dropout and a convolution that keeps the size.</summary>
    /// <param name="images">[B, C, H, W].</param>
    /// <param name="groups">Divides C.</param>
    /// <param name="normWeight">Scale of the norm, [C].</param>
    /// <param name="normBias">Shift of the norm, [C].</param>
    /// <param name="weight">[out, C, kernel, kernel] with an odd kernel; null to stop before the convolution.</param>
    /// <param name="bias">[out], or none.</param>
    /// <param name="epsilon">Term added to the variance.</param>
    /// <param name="shift">Term added to every pixel before the norm, [B, C].</param>
    /// <param name="dropout">Probability that a number becomes 0 before the convolution.</param>
    /// <param name="residual">Term added to the result, [B, out, H, W].</param>
    /// <param name="scale">Factor of the sum.</param>
    /// <param name="context">The origin of dropout masks; not needed without dropout.</param>
    /// <returns>[B, out, H, W].</returns>
    public static Tensor NormSiLUConv2d(
        Tensor images, long groups, Tensor normWeight, Tensor normBias, Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5,
        Tensor? shift = null, double dropout = 0, Tensor? residual = null, double scale = 1, StepContext? context = null) =>
        new ConvolutionBlock
        {
            Shift = shift,
            Groups = groups,
            NormWeight = normWeight,
            NormBias = normBias,
            Epsilon = epsilon,
            SiLU = true,
            Dropout = dropout,
            Context = context,
            Weight = weight,
            Bias = bias,
            Residual = residual,
            Scale = scale,
        }.Of(images);

    /// <summary>Self-attention over pixels between two 1×1 convolutions (Vaswani et al. 2017; EDM's <c>UNetBlock</c>).</summary>
    /// <param name="images">[B, C, H, W].</param>
    /// <param name="qkvWeight">[3C, C, 1, 1].</param>
    /// <param name="qkvBias">[3C].</param>
    /// <param name="projWeight">[C, C, 1, 1].</param>
    /// <param name="projBias">[C].</param>
    /// <param name="heads">Divides C.</param>
    /// <returns>[B, C, H, W].</returns>
    public static Tensor SelfAttention(Tensor images, Tensor qkvWeight, Tensor qkvBias, Tensor projWeight, Tensor projBias, int heads)
    {
        using var qkv = Conv2d(images, qkvWeight, qkvBias);
        using var mixed = Attend(qkv, heads);
        return Conv2d(mixed, projWeight, projBias);
    }

    /// <summary>
    /// [B, 3C, H, W] to [B·heads, C/heads, 3, H·W]: inside a head, channel 3·c + 0, 1, 2 is channel c of query, key, value.
    /// </summary>
    internal static Tensor SplitHeads(Tensor qkv, int heads) =>
        qkv.reshape(qkv.size(0) * heads, qkv.size(1) / 3 / heads, 3, qkv.size(2) * qkv.size(3));

    /// <summary>Attention from queries, keys and values in one, [B, 3C, H, W], to [B, C, H, W].</summary>
    internal static Tensor Attend(Tensor qkv, int heads)
    {
        using var parts = SplitHeads(qkv, heads);
        return Attend(parts, [qkv.size(0), qkv.size(1) / 3, qkv.size(2), qkv.size(3)]);
    }

    /// <summary>
    /// The means of the values, weighted by the softmax over all keys of q·k/√(channels per head), in the shape of the images.
    /// </summary>
    internal static Tensor Attend(Tensor parts, long[] shape)
    {
        using var query = parts.select(2, 0);
        using var key = parts.select(2, 1);
        using var value = parts.select(2, 2);
        using var rows = query.transpose(1, 2);
        using var scaled = key / Math.Sqrt(parts.size(1));
        using var scores = rows.bmm(scaled);
        using var weights = scores.softmax(2, ScalarType.Float32);
        using var typed = weights.to(value.dtype);
        using var columns = typed.transpose(1, 2);
        using var mixed = value.bmm(columns);
        return mixed.reshape(shape);
    }
}
