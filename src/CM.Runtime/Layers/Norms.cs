using System.ComponentModel;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CM.Runtime;

/// <summary>Normalisations, called by generated networks.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Norms
{
    private const double Least = 1e-4;

    /// <summary>Divides groups of channels by their deviation after taking off their mean (Wu and He 2018).</summary>
    /// <param name="x">[B, C, …].</param>
    /// <param name="groups">Divides C.</param>
    /// <param name="weight">Scale, [C].</param>
    /// <param name="bias">Shift, [C].</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <returns>[B, C, …].</returns>
    public static Tensor Group(Tensor x, long groups, Tensor weight, Tensor bias, double epsilon = 1e-5)
    {
        if (x.dim() == 4)
            return new ConvolutionBlock { Groups = groups, NormWeight = weight, NormBias = bias, Epsilon = epsilon }.Of(x);
        using var cast = Casts.To(weight, x);
        return functional.group_norm(cast ?? x, groups, weight, bias, epsilon).Seen(x, weight);
    }

    /// <summary>Divides the numbers of the last axis by their deviation after taking off their mean (Ba, Kiros and Hinton 2016).</summary>
    /// <param name="x">[…, size].</param>
    /// <param name="shape">[size].</param>
    /// <param name="weight">Scale, [size].</param>
    /// <param name="bias">Shift, [size].</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <returns>[…, size].</returns>
    public static Tensor Layer(Tensor x, long[] shape, Tensor weight, Tensor bias, double epsilon = 1e-5)
    {
        using var cast = Casts.To(weight, x);
        return functional.layer_norm(cast ?? x, shape, weight, bias, epsilon).Seen(x, weight);
    }

    /// <summary>norm(x)·(1 + scale) + shift with [scale, shift] = affine(embedding) (Dhariwal and Nichol 2021).</summary>
    /// <param name="x">[B, C, H, W].</param>
    /// <param name="embedding">[B, E].</param>
    /// <param name="affineWeight">[2C, E].</param>
    /// <param name="affineBias">[2C].</param>
    /// <param name="groups">Divides C.</param>
    /// <param name="weight">Scale of the norm itself, [C].</param>
    /// <param name="bias">Shift of the norm itself, [C].</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <returns>[B, C, H, W].</returns>
    public static Tensor Adaptive(Tensor x, Tensor embedding, Tensor affineWeight, Tensor affineBias, long groups, Tensor weight, Tensor bias, double epsilon = 1e-5)
    {
        var channels = x.size(1);
        using var castEmbedding = Casts.To(affineWeight, embedding);
        using var affine = functional.linear(castEmbedding ?? embedding, affineWeight, affineBias);
        using var spread = affine.view(-1, 2 * channels, 1, 1);
        using var scale = spread.narrow(1, 0, channels);
        using var shift = spread.narrow(1, channels, channels);
        using var factor = scale + 1;
        using var cast = Casts.To(weight, x);
        using var normed = functional.group_norm(cast ?? x, groups, weight, bias, epsilon);
        return shift.addcmul(normed, factor, (Scalar)1).Seen(x, affineWeight, weight);
    }

    /// <summary>x/√(mean x² + epsilon)·weight over the last axis (Zhang and Sennrich 2019).</summary>
    /// <param name="x">[…, size].</param>
    /// <param name="weight">[size].</param>
    /// <param name="epsilon">Added to the mean square.</param>
    public static Tensor RootMeanSquare(Tensor x, Tensor weight, double epsilon = 1e-5)
    {
        using var wide = Casts.ToFloat32(x);
        using var squares = (wide ?? x).square();
        using var total = squares.sum([-1L], true); // the backward pass of mean would keep the squares
        using var mean = total / x.shape[^1];
        using var safe = mean + epsilon;
        using var factor = safe.rsqrt();
        using var normed = (wide ?? x) * factor;
        using var scaled = normed * weight;
        return (wide is null ? scaled.alias() : scaled.to(x.dtype)).Seen(x, weight);
    }

    /// <summary>Divides every pixel by 1e-4 + the root mean square of its channels: [B, C, …] stays.</summary>
    public static Tensor Pixels(Tensor x)
    {
        using var wide = Casts.ToFloat32(x);
        if (wide is null)
            return ToMagnitude1(x, [1]);
        using var computed = ToMagnitude1(wide, [1]);
        return computed.to(x.dtype);
    }

    /// <summary>v/(1e-4 + root mean square of v over the given axes) (EDM2's <c>normalize</c>, equation 47).</summary>
    internal static Tensor ToMagnitude1(Tensor v, long[] axes)
    {
        using var norm = linalg.vector_norm(v, 2, axes, true);
        using var magnitude = norm * Math.Sqrt((double)norm.numel() / v.numel());
        using var safe = magnitude + Least;
        return v / safe;
    }
}
