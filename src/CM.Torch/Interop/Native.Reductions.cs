using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Torch;

internal static partial class Native
{
    [LibraryImport(Library)] internal static partial Tensor cm_sum(Tensor self, int type);
    [LibraryImport(Library)] internal static partial Tensor cm_sum_dims(Tensor self, ReadOnlySpan<long> dim, long dimCount, Flag keepdim, int type);
    [LibraryImport(Library)] internal static partial Tensor cm_mean(Tensor self);
    [LibraryImport(Library)] internal static partial Tensor cm_mean_dims(Tensor self, ReadOnlySpan<long> dimensions, long dimensionsCount, Flag keepdim, int type);
    [LibraryImport(Library)] internal static partial Tensor cm_prod(Tensor self, int type);
    [LibraryImport(Library)] internal static partial Tensor cm_prod_dim(Tensor self, long dim, Flag keepdim, int type);
    [LibraryImport(Library)] internal static partial Tensor cm_std(Tensor self, Flag unbiased);
    [LibraryImport(Library)] internal static partial Tensor cm_std_dims(Tensor self, ReadOnlySpan<long> dimensions, long dimensionsCount, Flag unbiased, Flag keepdim);
    [LibraryImport(Library)] internal static partial Tensor cm_var(Tensor self, Flag unbiased);
    [LibraryImport(Library)] internal static partial Tensor cm_var_dims(Tensor self, ReadOnlySpan<long> dimensions, long dimensionsCount, Flag unbiased, Flag keepdim);
    [LibraryImport(Library)] internal static partial Done cm_std_mean(Tensor self, Flag unbiased, out Tensor first, out Tensor second);
    [LibraryImport(Library)] internal static partial Done cm_var_mean(Tensor self, Flag unbiased, out Tensor first, out Tensor second);
    [LibraryImport(Library)] internal static partial Done cm_std_mean_dims(Tensor self, ReadOnlySpan<long> dimensions, long dimensionsCount, Flag unbiased, Flag keepdim, out Tensor first, out Tensor second);
    [LibraryImport(Library)] internal static partial Done cm_var_mean_dims(Tensor self, ReadOnlySpan<long> dimensions, long dimensionsCount, Flag unbiased, Flag keepdim, out Tensor first, out Tensor second);
    [LibraryImport(Library)] internal static partial Tensor cm_max(Tensor self);
    [LibraryImport(Library)] internal static partial Done cm_max_dim(Tensor self, long dim, Flag keepdim, out Tensor first, out Tensor second);
    [LibraryImport(Library)] internal static partial Tensor cm_min(Tensor self);
    [LibraryImport(Library)] internal static partial Done cm_min_dim(Tensor self, long dim, Flag keepdim, out Tensor first, out Tensor second);
    [LibraryImport(Library)] internal static partial Tensor cm_amax(Tensor self, ReadOnlySpan<long> dims, long dimsCount, Flag keepdim);
    [LibraryImport(Library)] internal static partial Tensor cm_amin(Tensor self, ReadOnlySpan<long> dims, long dimsCount, Flag keepdim);
    [LibraryImport(Library)] internal static partial Done cm_aminmax(Tensor self, Flag has_dim, long dim, Flag keepdim, out Tensor first, out Tensor second);
    [LibraryImport(Library)] internal static partial Tensor cm_argmax(Tensor self);
    [LibraryImport(Library)] internal static partial Tensor cm_argmax_dim(Tensor self, long dim, Flag keepdim);
    [LibraryImport(Library)] internal static partial Tensor cm_argmin(Tensor self);
    [LibraryImport(Library)] internal static partial Tensor cm_argmin_dim(Tensor self, long dim, Flag keepdim);
    [LibraryImport(Library)] internal static partial Tensor cm_norm(Tensor self, double p);
    [LibraryImport(Library)] internal static partial Tensor cm_norm_dim(Tensor self, long dim, Flag keepdim, double p);
    [LibraryImport(Library)] internal static partial Tensor cm_any(Tensor self);
    [LibraryImport(Library)] internal static partial Tensor cm_any_dim(Tensor self, long dim, Flag keepdim);
    [LibraryImport(Library)] internal static partial Tensor cm_all(Tensor self);
    [LibraryImport(Library)] internal static partial Tensor cm_all_dim(Tensor self, long dim, Flag keepdim);
    [LibraryImport(Library)] internal static partial Tensor cm_cumsum(Tensor self, long dim, int type);
    [LibraryImport(Library)] internal static partial Tensor cm_cumprod(Tensor self, long dim, int type);
    [LibraryImport(Library)] internal static partial Done cm_cummax(Tensor self, long dim, out Tensor first, out Tensor second);
    [LibraryImport(Library)] internal static partial Done cm_cummin(Tensor self, long dim, out Tensor first, out Tensor second);
    [LibraryImport(Library)] internal static partial Tensor cm_logcumsumexp(Tensor self, long dim);
    [LibraryImport(Library)] internal static partial Tensor cm_median(Tensor self);
    [LibraryImport(Library)] internal static partial Tensor cm_nansum(Tensor self);
    [LibraryImport(Library)] internal static partial Tensor cm_quantile(Tensor self, Tensor q, long dim, Flag keepdim);
    [LibraryImport(Library)] internal static partial Tensor cm_logsumexp(Tensor self, long dim, Flag keepdim);
    [LibraryImport(Library)] internal static partial Tensor cm_count_nonzero(Tensor self, ReadOnlySpan<long> dims, long dimsCount);
    [LibraryImport(Library)] internal static partial Tensor cm_dist(Tensor self, Tensor other, double p);
    [LibraryImport(Library)] internal static partial Tensor cm_softmax(Tensor self, long dim, int dtype);
    [LibraryImport(Library)] internal static partial Tensor cm_log_softmax(Tensor self, long dim, int dtype);
    [LibraryImport(Library)] internal static partial Tensor cm_bincount(Tensor self, Tensor? weights, long minlength);
    [LibraryImport(Library)] internal static partial Tensor cm_histc(Tensor self, long bins, long min, long max);
    [LibraryImport(Library)] internal static partial Done cm_kthvalue(Tensor self, long k, long dim, Flag keepdim, out Tensor first, out Tensor second);
}
