using static CM.Torch.Native;
using static TorchSharp.torch;

namespace CM.Torch;

/// <summary>
/// The few operations that are written by hand because ATen wastes passes over memory or multiplications on them: float32 on the CPU, with
/// gradients of their own. What else is there is to be asked of ATen.
/// </summary>
public static class Kernels
{
    /// <summary>Floats in a vector: 16 with AVX-512, 8 with AVX2; 0 where there are no kernels, or none are wanted (<c>CM_KERNELS=0</c> in the environment).</summary>
    /// <exception cref="System.Runtime.InteropServices.ExternalException">Set to what this processor does not have.</exception>
    public static long Width
    {
        get => cm_kernel_width();
        set => cm_set_kernel_width(value).Check();
    }

    /// <summary>Whether there are kernels for a tensor.</summary>
    public static bool Serve(Tensor x) => Width > 0 && x.dtype == ScalarType.Float32 && x.device_type == TorchSharp.DeviceType.CPU && x.numel() > 0;

    /// <summary>
    /// ((silu(norm(x + shift)) · mask) ∗ weight + bias + residual) · scale, of which everything but x may be missing. The convolution keeps the
    /// size; a kernel of 3 goes by Winograd's F(2×2, 3×3) (Lavin and Gray 2016). Only x is kept for the backward pass.
    /// </summary>
    /// <param name="x">[B, C, H, W].</param>
    /// <param name="shift">[B, C].</param>
    /// <param name="groups">Of the group norm; 0 for none.</param>
    /// <param name="factor">Of the norm, [C] or [B, C].</param>
    /// <param name="offset">Of the norm, [C] or [B, C].</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="silu">Whether x·σ(x) follows.</param>
    /// <param name="dropout">Probability that a number becomes 0; the mask is a function of <paramref name="seed"/> and the number's place in the whole batch.</param>
    /// <param name="seed">Of the mask.</param>
    /// <param name="rows">Which rows of the whole batch these samples are, [B], int64; null where they are the whole batch.</param>
    /// <param name="weight">[out, C, 1 or 3, 1 or 3].</param>
    /// <param name="bias">[out].</param>
    /// <param name="residual">[B, out, H, W].</param>
    /// <param name="scale">Of the result.</param>
    /// <returns>[B, out, H, W] with the channels last in memory.</returns>
    public static Tensor ConvolutionBlock(
        Tensor x, Tensor? shift = null, long groups = 0, Tensor? factor = null, Tensor? offset = null, double epsilon = 1e-5, bool silu = false,
        double dropout = 0, ulong seed = 0, Tensor? rows = null, Tensor? weight = null, Tensor? bias = null, Tensor? residual = null, double scale = 1) =>
        cm_convolution_block(x, shift, factor, offset, weight, bias, residual, rows, groups, epsilon, silu, dropout, seed, scale);

    /// <summary>
    /// [silu(first), second]·weightᵀ + bias, where the second may be missing. Of what comes in only the parts themselves are kept for the backward pass,
    /// and of a part that needs no gradient none is worked out.
    /// </summary>
    /// <param name="first">[B, n].</param>
    /// <param name="second">[B, m]; an expanded row counts as one.</param>
    /// <param name="weight">[out, n + m].</param>
    /// <param name="bias">[out].</param>
    /// <param name="silu">Whether the first goes through x·σ(x).</param>
    /// <returns>[B, out].</returns>
    public static Tensor LinearBlock(Tensor first, Tensor? second, Tensor weight, Tensor? bias, bool silu) => cm_linear_block(first, second, weight, bias, silu);

    /// <summary>The cosines and sines of numbers times frequencies, which get no gradient.</summary>
    /// <param name="numbers">[B].</param>
    /// <param name="frequencies">[n].</param>
    /// <param name="sineFirst">Put the sines before the cosines.</param>
    /// <returns>[B, 2n].</returns>
    public static Tensor Waves(Tensor numbers, Tensor frequencies, bool sineFirst = false) => cm_waves(numbers, frequencies, sineFirst);

    /// <summary>a·x + b·y for each sample; x alone counts once where a is missing, and without y there is no second summand.</summary>
    /// <param name="a">[B], float64, without gradient.</param>
    /// <param name="x">[B, …].</param>
    /// <param name="b">[B], float64, without gradient.</param>
    /// <param name="y">Of the shape of x.</param>
    /// <returns>Of the shape of x.</returns>
    public static Tensor Mix(Tensor? a, Tensor x, Tensor? b, Tensor? y) => cm_mix(a, x, b, y);

    /// <summary>
    /// The means of the values, weighted by the softmax over all keys of q·k/√(channels per head). The weights of all pairs of pixels are never in memory;
    /// only what came in is kept for the backward pass.
    /// </summary>
    /// <param name="qkv">[B, 3C, H, W]; inside a head, channel 3·c + 0, 1, 2 is channel c of query, key, value.</param>
    /// <param name="heads">Divides C.</param>
    /// <returns>[B, C, H, W] with the channels last in memory.</returns>
    public static Tensor Attention(Tensor qkv, long heads) => cm_attention(qkv, heads);

    /// <summary>Dropout by the mask of <see cref="ConvolutionBlock"/>: any shape with the batch first.</summary>
    public static Tensor Dropout(Tensor x, double probability, ulong seed, Tensor? rows = null) => cm_dropout_by_place(x, rows, probability, seed);

    /// <summary>
    /// m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g² with g the gradient plus penalty·w, then w ← shrink·w − size·m/(√v + floor), all in one pass.
    /// </summary>
    /// <param name="weights">w, flat, as all others.</param>
    /// <param name="gradients">The gradient.</param>
    /// <param name="first">m.</param>
    /// <param name="second">v.</param>
    /// <param name="beta1">β₁.</param>
    /// <param name="beta2">β₂.</param>
    /// <param name="penalty">Of the weights in the gradient.</param>
    /// <param name="shrink">Of the weights themselves.</param>
    /// <param name="size">Of the step.</param>
    /// <param name="floor">Added to the root; null for a step by m alone.</param>
    public static void Adam(Tensor weights, Tensor gradients, Tensor first, Tensor second, double beta1, double beta2, double penalty, double shrink, double size, double? floor) =>
        cm_adam_step(weights, gradients, first, second, beta1, beta2, penalty, shrink, size, floor is not null, floor ?? 0).Check();

    /// <summary>w ← shrink·w − rate·sign(β₁·m + (1 − β₁)·g), then m ← β₂·m + (1 − β₂)·g.</summary>
    public static void Lion(Tensor weights, Tensor gradients, Tensor mean, double beta1, double beta2, double shrink, double rate) =>
        cm_lion_step(weights, gradients, mean, beta1, beta2, shrink, rate).Check();

    /// <summary>a ← keep·a + (1 − keep)·w.</summary>
    public static void Average(Tensor average, Tensor weights, double keep) => cm_average_step(average, weights, keep).Check();

    /// <summary>Multiplies by min(1, bound/(norm + 10⁻⁶)).</summary>
    /// <returns>The Euclidean norm before.</returns>
    public static double ClipNorm(Tensor gradients, double bound)
    {
        cm_clip_norm(gradients, bound, out var norm).Check();
        return norm;
    }
}
