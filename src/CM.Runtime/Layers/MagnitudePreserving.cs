using System.ComponentModel;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CM.Runtime;

/// <summary>
/// The layers of EDM2, called by generated networks (Karras et al. 2024, "Analyzing and Improving the Training Dynamics of Diffusion
/// Models", whose equations are named here). Weights are float32; layers compute in the type of what comes in.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class MagnitudePreserving
{
    /// <summary>x·σ(x)/0.596 (equation 81).</summary>
    public static Tensor SiLU(Tensor x)
    {
        using var bent = functional.silu(x);
        return bent / 0.596;
    }

    /// <summary>((1 − t)·a + t·b)/√((1 − t)² + t²) (equation 88).</summary>
    public static Tensor Sum(Tensor a, Tensor b, double t)
    {
        var magnitude = Math.Sqrt((1 - t) * (1 - t) + t * t);
        using var first = a * ((1 - t) / magnitude);
        using var second = b * (t / magnitude);
        return first + second;
    }

    /// <summary>[(1 − t)·C/√N·a, t·C/√M·b] along channels, with C = √((N + M)/((1 − t)² + t²)) (equation 103).</summary>
    /// <param name="a">[B, N, …].</param>
    /// <param name="b">[B, M, …].</param>
    /// <param name="t">Share of b.</param>
    /// <returns>[B, N + M, …].</returns>
    public static Tensor Cat(Tensor a, Tensor b, double t)
    {
        var (n, m) = (a.shape[1], b.shape[1]);
        var common = Math.Sqrt((n + m) / ((1 - t) * (1 - t) + t * t));
        using var first = a * ((1 - t) * common / Math.Sqrt(n));
        using var second = b * (t * common / Math.Sqrt(m));
        return cat([first, second], 1);
    }

    /// <summary>√2·cos(level·freqs + phases) (equation 75).</summary>
    /// <param name="level">[B].</param>
    /// <param name="freqs">Freqs, 2πf, [channels].</param>
    /// <param name="phases">Phases, 2πφ, [channels].</param>
    /// <returns>[B, channels].</returns>
    public static Tensor Fourier(Tensor level, Tensor freqs, Tensor phases)
    {
        using var column = level.unsqueeze(1);
        using var turned = column * freqs;
        using var angle = turned + phases;
        using var wave = angle.cos();
        return (wave * Math.Sqrt(2)).Seen(level, freqs);
    }

    /// <summary>One number for each channel in the shape and the type of maps, which it multiplies or shifts.</summary>
    /// <param name="numbers">[B, C].</param>
    /// <param name="maps">[B, C, …].</param>
    /// <returns>[B, C, 1, …].</returns>
    public static Tensor Spread(Tensor numbers, Tensor maps)
    {
        using var column = numbers.view([.. numbers.shape, .. Enumerable.Repeat(1L, (int)(maps.dim() - numbers.dim()))]);
        return column.to(maps.dtype);
    }

    /// <summary>A linear map of the last axis by weights of magnitude 1 (equations 47 and 66).</summary>
    /// <param name="x">[…, input].</param>
    /// <param name="weight">[output, input].</param>
    /// <param name="training">Whether the stored weights may be normalised; they are where gradients are recorded too.</param>
    /// <param name="gain">Factor of the weights.</param>
    /// <returns>[…, output].</returns>
    public static Tensor Linear(Tensor x, Tensor weight, bool training, double gain = 1)
    {
        using var unit = Unit(weight, training, gain, x.dtype);
        return functional.linear(x, unit).Seen(x, weight);
    }

    /// <summary>A convolution that keeps the size, by weights of magnitude 1 (equations 47 and 66).</summary>
    /// <param name="x">[B, input, H, W].</param>
    /// <param name="weight">[output, input, kernel, kernel] with an odd kernel.</param>
    /// <param name="training">As for <see cref="Linear"/>.</param>
    /// <param name="gain">Factor of the weights.</param>
    /// <returns>[B, output, H, W].</returns>
    public static Tensor Conv2d(Tensor x, Tensor weight, bool training, double gain = 1)
    {
        using var unit = Unit(weight, training, gain, x.dtype);
        var padding = weight.shape[3] / 2;
        return functional.conv2d(x, unit, padding: [padding, padding]).Seen(x, weight);
    }

    /// <summary>Self-attention over pixels with queries, keys and values of magnitude 1, between two 1×1 convolutions.</summary>
    /// <param name="x">[B, C, H, W].</param>
    /// <param name="qkvWeight">[3C, C, 1, 1].</param>
    /// <param name="projWeight">[C, C, 1, 1].</param>
    /// <param name="heads">Divides C.</param>
    /// <param name="training">As for <see cref="Linear"/>.</param>
    /// <returns>[B, C, H, W].</returns>
    public static Tensor SelfAttention(Tensor x, Tensor qkvWeight, Tensor projWeight, int heads, bool training)
    {
        using var qkv = Conv2d(x, qkvWeight, training);
        using var parts = Images.SplitHeads(qkv, heads);
        using var normed = Norms.PixelNorm(parts);
        using var mixed = Images.Attend(normed, x.shape);
        return Conv2d(mixed, projWeight, training);
    }

    /// <summary>
    /// The weights that a pass computes with: one output's weights to magnitude gain/√inputs, worked out in float32 and then cast. A
    /// training pass that records gradients keeps the stored weights at magnitude 1 as well; the teacher's pass, which records none, must
    /// not change what the student's pass has recorded.
    /// </summary>
    private static Tensor Unit(Tensor weight, bool training, double gain, ScalarType type)
    {
        var axes = weight.dim() == 2 ? new long[] { 1 } : [1, 2, 3];
        if (training && is_grad_enabled())
        {
            using var _ = no_grad();
            using var forced = Norms.ToMagnitude1(weight, axes);
            weight.copy_(forced);
        }

        using var unit = Norms.ToMagnitude1(weight, axes);
        var scaled = unit * (gain / Math.Sqrt((double)weight.numel() / weight.shape[0]));
        if (scaled.dtype == type)
            return scaled;
        using (scaled)
            return scaled.to(type);
    }
}
