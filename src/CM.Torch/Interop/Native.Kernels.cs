using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace CM.Torch;

internal static partial class Native
{
    [LibraryImport(Library)] internal static partial long cm_kernel_width();
    [LibraryImport(Library)] internal static partial Done cm_set_kernel_width(long width);
    [LibraryImport(Library)] internal static partial Tensor cm_convolution_block(Tensor x, Tensor? shift, Tensor? factor, Tensor? offset, Tensor? weight, Tensor? bias, Tensor? residual, Tensor? rows, long groups, double epsilon, Flag silu, double probability, ulong seed, double scale);
    [LibraryImport(Library)] internal static partial Done cm_adam_step(Tensor weights, Tensor gradients, Tensor first, Tensor second, double beta1, double beta2, double penalty, double shrink, double size, Flag rooted, double floor);
    [LibraryImport(Library)] internal static partial Done cm_lion_step(Tensor weights, Tensor gradients, Tensor mean, double beta1, double beta2, double shrink, double rate);
    [LibraryImport(Library)] internal static partial Done cm_average_step(Tensor average, Tensor weights, double keep);
    [LibraryImport(Library)] internal static partial Done cm_clip_norm(Tensor gradients, double bound, out double norm);
    [LibraryImport(Library)] internal static partial Done cm_profile_begin();
    [LibraryImport(Library)] internal static partial Done cm_profile_end(Span<byte> text, long capacity, out long length);
    [LibraryImport(Library)] internal static partial Tensor cm_attention(Tensor qkv, long heads);
    [LibraryImport(Library)] internal static partial Tensor cm_linear_block(Tensor first, Tensor? second, Tensor weight, Tensor? bias, Flag silu);
    [LibraryImport(Library)] internal static partial Tensor cm_waves(Tensor numbers, Tensor frequencies, Flag sine_first);
    [LibraryImport(Library)] internal static partial Tensor cm_mix(Tensor? a, Tensor x, Tensor? b, Tensor? y);
    [LibraryImport(Library)] internal static partial Tensor cm_dropout_by_place(Tensor x, Tensor? rows, double probability, ulong seed);
}
