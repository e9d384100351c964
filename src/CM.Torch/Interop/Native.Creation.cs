using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Torch;

internal static partial class Native
{
    [LibraryImport(Library)] internal static partial Tensor cm_empty(ReadOnlySpan<long> size, long sizeCount, Options options);
    [LibraryImport(Library)] internal static partial Tensor cm_zeros(ReadOnlySpan<long> size, long sizeCount, Options options);
    [LibraryImport(Library)] internal static partial Tensor cm_ones(ReadOnlySpan<long> size, long sizeCount, Options options);
    [LibraryImport(Library)] internal static partial Tensor cm_full(ReadOnlySpan<long> size, long sizeCount, Number value, Options options);
    [LibraryImport(Library)] internal static partial Tensor cm_rand(ReadOnlySpan<long> size, long sizeCount, torch.Generator? generator, Options options);
    [LibraryImport(Library)] internal static partial Tensor cm_randn(ReadOnlySpan<long> size, long sizeCount, torch.Generator? generator, Options options);
    [LibraryImport(Library)] internal static partial Tensor cm_randint(long low, long high, ReadOnlySpan<long> size, long sizeCount, torch.Generator? generator, Options options);
    [LibraryImport(Library)] internal static partial Tensor cm_randperm(long n, torch.Generator? generator, Options options);
    [LibraryImport(Library)] internal static partial Tensor cm_arange(Number start, Number stop, Number step, Options options);
    [LibraryImport(Library)] internal static partial Tensor cm_linspace(double start, double end, long steps, Options options);
    [LibraryImport(Library)] internal static partial Tensor cm_logspace(double start, double end, long steps, double radix, Options options);
    [LibraryImport(Library)] internal static partial Tensor cm_eye(long rows, long columns, Options options);
    [LibraryImport(Library)] internal static partial Tensor cm_empty_strided(ReadOnlySpan<long> size, long sizeCount, ReadOnlySpan<long> strides, long stridesCount, Options options);
    [LibraryImport(Library)] internal static partial Tensor cm_empty_like(Tensor self, Options options);
    [LibraryImport(Library)] internal static partial Tensor cm_zeros_like(Tensor self, Options options);
    [LibraryImport(Library)] internal static partial Tensor cm_ones_like(Tensor self, Options options);
    [LibraryImport(Library)] internal static partial Tensor cm_full_like(Tensor self, Number value, Options options);
    [LibraryImport(Library)] internal static partial Tensor cm_rand_like(Tensor self, Options options);
    [LibraryImport(Library)] internal static partial Tensor cm_randn_like(Tensor self, Options options);
    [LibraryImport(Library)] internal static partial Tensor cm_randint_like(Tensor self, long low, long high, Options options);
    [LibraryImport(Library)] internal static partial Tensor cm_new_empty(Tensor self, ReadOnlySpan<long> size, long sizeCount, Options options);
    [LibraryImport(Library)] internal static partial Tensor cm_new_zeros(Tensor self, ReadOnlySpan<long> size, long sizeCount, Options options);
    [LibraryImport(Library)] internal static partial Tensor cm_new_ones(Tensor self, ReadOnlySpan<long> size, long sizeCount, Options options);
    [LibraryImport(Library)] internal static partial Tensor cm_new_full(Tensor self, ReadOnlySpan<long> size, long sizeCount, Number value, Options options);
    [LibraryImport(Library)] internal static partial Tensor cm_to(Tensor self, Options options, Flag non_blocking, Flag copy);
    [LibraryImport(Library)] internal static partial Tensor cm_to_like(Tensor self, Tensor other, Flag non_blocking);

    [LibraryImport(Library)] internal static unsafe partial Tensor cm_from_data(void* data, ReadOnlySpan<long> size, long sizeCount, int dtype);
}
