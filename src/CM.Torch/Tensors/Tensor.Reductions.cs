using CM.Torch;
using static CM.Torch.Native;

namespace TorchSharp;

// Many numbers to few.
public static partial class torch
{
    public partial class Tensor
    {
        public Tensor sum(ScalarType? type = null) => cm_sum(this, type.Code());
        public Tensor sum(long[] dim, bool keepdim = false, ScalarType? type = null) => cm_sum_dims(this, dim, dim.Length, keepdim, type.Code());
        public Tensor sum(ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) => cm_sum_dims(this, dim, dim.Length, keepdim, type.Code());
        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => cm_sum_dims(this, [dim], 1, keepdim, type.Code());
        public Tensor sum(long dim0, long dim1, bool keepdim = false, ScalarType? type = null) => cm_sum_dims(this, [dim0, dim1], 2, keepdim, type.Code());
        public Tensor sum(long dim0, long dim1, long dim2, bool keepdim = false, ScalarType? type = null) => cm_sum_dims(this, [dim0, dim1, dim2], 3, keepdim, type.Code());
        public Tensor mean() => cm_mean(this);
        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null) => cm_mean_dims(this, dimensions, dimensions.Length, keepdim, type.Code());
        public Tensor prod(ScalarType? type = null) => cm_prod(this, type.Code());
        public Tensor prod(long dim, bool keepdim = false, ScalarType? type = null) => cm_prod_dim(this, dim, keepdim, type.Code());
        public Tensor std(bool unbiased = true) => cm_std(this, unbiased);
        public Tensor std(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Typed(type, cm_std_dims(this, dimensions, dimensions.Length, unbiased, keepdim));
        public Tensor std(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => std((ReadOnlySpan<long>)dimensions, unbiased, keepdim, type);
        public Tensor std(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => std((ReadOnlySpan<long>)[dim], unbiased, keepdim, type);
        public Tensor std((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => std((ReadOnlySpan<long>)[dim.Item1, dim.Item2], unbiased, keepdim, type);
        public Tensor std((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => std((ReadOnlySpan<long>)[dim.Item1, dim.Item2, dim.Item3], unbiased, keepdim, type);
        public Tensor var(bool unbiased = true) => cm_var(this, unbiased);
        public Tensor var(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Typed(type, cm_var_dims(this, dimensions, dimensions.Length, unbiased, keepdim));
        public Tensor var(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => var((ReadOnlySpan<long>)dimensions, unbiased, keepdim, type);
        public Tensor var(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => var((ReadOnlySpan<long>)[dim], unbiased, keepdim, type);
        public Tensor var((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => var((ReadOnlySpan<long>)[dim.Item1, dim.Item2], unbiased, keepdim, type);
        public Tensor var((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => var((ReadOnlySpan<long>)[dim.Item1, dim.Item2, dim.Item3], unbiased, keepdim, type);
        public (Tensor std, Tensor mean) std_mean(bool unbiased = true)
        {
            cm_std_mean(this, unbiased, out var std, out var mean).Check();
            return (std, mean);
        }

        public (Tensor std, Tensor mean) std_mean(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
        {
            cm_std_mean_dims(this, dimensions, dimensions.Length, unbiased, keepdim, out var std, out var mean).Check();
            return (Typed(type, std), Typed(type, mean));
        }

        public (Tensor std, Tensor mean) std_mean(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => std_mean((ReadOnlySpan<long>)dimensions, unbiased, keepdim, type);
        public (Tensor std, Tensor mean) std_mean(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => std_mean((ReadOnlySpan<long>)[dim], unbiased, keepdim, type);

        public (Tensor var, Tensor mean) var_mean(bool unbiased = true)
        {
            cm_var_mean(this, unbiased, out var var, out var mean).Check();
            return (var, mean);
        }

        public (Tensor var, Tensor mean) var_mean(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
        {
            cm_var_mean_dims(this, dimensions, dimensions.Length, unbiased, keepdim, out var var, out var mean).Check();
            return (Typed(type, var), Typed(type, mean));
        }

        public (Tensor var, Tensor mean) var_mean(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => var_mean((ReadOnlySpan<long>)dimensions, unbiased, keepdim, type);
        public (Tensor var, Tensor mean) var_mean(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => var_mean((ReadOnlySpan<long>)[dim], unbiased, keepdim, type);

        public Tensor max() => cm_max(this);
        public Tensor max(Tensor other) => maximum(other);
        public (Tensor values, Tensor indices) max(long dim, bool keepdim = false)
        {
            cm_max_dim(this, dim, keepdim, out var values, out var indices).Check();
            return (values, indices);
        }

        public Tensor min() => cm_min(this);
        public Tensor min(Tensor other) => minimum(other);
        public (Tensor values, Tensor indices) min(long dim, bool keepdim = false)
        {
            cm_min_dim(this, dim, keepdim, out var values, out var indices).Check();
            return (values, indices);
        }

        public Tensor amax(long[] dims, bool keepdim = false, Tensor? @out = null) => Into(@out, cm_amax(this, dims, dims.Length, keepdim));
        public Tensor amax(params long[] dims) => cm_amax(this, dims, dims.Length, false);
        public Tensor amax(ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) => Into(@out, cm_amax(this, dims, dims.Length, keepdim));
        public Tensor amin(ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) => Into(@out, cm_amin(this, dims, dims.Length, keepdim));
        public Tensor amin(long[] dims, bool keepdim = false, Tensor? @out = null) => Into(@out, cm_amin(this, dims, dims.Length, keepdim));
        public Tensor amin(params long[] dims) => cm_amin(this, dims, dims.Length, false);
        public (Tensor min, Tensor max) aminmax(long? dim = null, bool keepdim = false)
        {
            cm_aminmax(this, dim.HasValue, dim.GetValueOrDefault(), keepdim, out var min, out var max).Check();
            return (min, max);
        }

        public Tensor argmax() => cm_argmax(this);
        public Tensor argmax(long dim, bool keepdim = false) => cm_argmax_dim(this, dim, keepdim);
        public Tensor argmin() => cm_argmin(this);
        public Tensor argmin(long dim, bool keepdim = false) => cm_argmin_dim(this, dim, keepdim);
        public Tensor norm(float p = 2f) => cm_norm(this, p);
        public Tensor norm(int dim, bool keepdim = false, float p = 2f) => cm_norm_dim(this, dim, keepdim, p);
        public Tensor any() => cm_any(this);
        public Tensor any(long dim, bool keepdim = false) => cm_any_dim(this, dim, keepdim);
        public Tensor all() => cm_all(this);
        public Tensor all(long dim, bool keepdim = false) => cm_all_dim(this, dim, keepdim);
        public Tensor cumsum(long dim, ScalarType? type = null) => cm_cumsum(this, dim, type.Code());
        public Tensor cumprod(long dim, ScalarType? type = null) => cm_cumprod(this, dim, type.Code());
        public (Tensor values, Tensor indexes) cummax(long dim)
        {
            cm_cummax(this, dim, out var values, out var indexes).Check();
            return (values, indexes);
        }

        public (Tensor values, Tensor indexes) cummin(long dim)
        {
            cm_cummin(this, dim, out var values, out var indexes).Check();
            return (values, indexes);
        }

        public Tensor logcumsumexp(long dim) => cm_logcumsumexp(this, dim);
        public Tensor median() => cm_median(this);
        public Tensor nansum() => cm_nansum(this);
        public Tensor quantile(Tensor q, long dim = -1, bool keepdim = false) => cm_quantile(this, q, dim, keepdim);
        public Tensor logsumexp(long dim, bool keepdim = false) => cm_logsumexp(this, dim, keepdim);
        public Tensor count_nonzero(long[]? dims = null) => cm_count_nonzero(this, dims, dims?.Length ?? 0);
        public Tensor dist(Tensor other, float p = 2f) => cm_dist(this, other, p);
        public Tensor softmax(long dim, ScalarType? dtype = null) => cm_softmax(this, dim, dtype.Code());
        public Tensor log_softmax(long dim, ScalarType? dtype = null) => cm_log_softmax(this, dim, dtype.Code());
        public Tensor bincount(Tensor weights, long minlength = 0) => cm_bincount(this, weights, minlength);
        public Tensor histc(long bins = 100, long min = 0, long max = 0) => cm_histc(this, bins, min, max);

        public (Tensor values, Tensor indices) kthvalue(long k, long? dim, bool keepdim = false)
        {
            cm_kthvalue(this, k, dim ?? -1, keepdim, out var values, out var indices).Check();
            return (values, indices);
        }

        private static Tensor Typed(ScalarType? type, Tensor value)
        {
            if (type is not { } wanted || wanted == value.dtype)
                return value;
            using (value)
                return value.to_type(wanted);
        }

        internal static Tensor Into(Tensor? place, Tensor value)
        {
            if (place is null)
                return value;
            using (value)
                return place.copy_(value);
        }
    }

    public static Tensor sum(Tensor input, ScalarType? type = null) => input.sum(type);
    public static Tensor sum(Tensor input, ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) => input.sum(dim, keepdim, type);
    public static Tensor sum(Tensor input, long dim, bool keepdim = false, ScalarType? type = null) => input.sum(dim, keepdim, type);
    public static Tensor mean(Tensor input) => input.mean();
    public static Tensor mean(Tensor input, long[] dimensions, bool keepdim = false, ScalarType? type = null) => input.mean(dimensions, keepdim, type);
    public static Tensor prod(Tensor input, ScalarType? type = null) => input.prod(type);
    public static Tensor prod(Tensor input, long dim, bool keepdim = false, ScalarType? type = null) => input.prod(dim, keepdim, type);
    public static Tensor std(Tensor input, bool unbiased = true) => input.std(unbiased);
    public static Tensor std(Tensor input, long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => input.std(dimensions, unbiased, keepdim, type);
    public static Tensor std(Tensor input, long dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => input.std(dimensions, unbiased, keepdim, type);
    public static Tensor std(Tensor input, (long, long) dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => input.std(dimensions, unbiased, keepdim, type);
    public static Tensor std(Tensor input, (long, long, long) dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => input.std(dimensions, unbiased, keepdim, type);
    public static Tensor var(Tensor input, bool unbiased = true) => input.var(unbiased);
    public static Tensor var(Tensor input, long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => input.var(dimensions, unbiased, keepdim, type);
    public static Tensor var(Tensor input, long dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => input.var(dimensions, unbiased, keepdim, type);
    public static Tensor var(Tensor input, (long, long) dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => input.var(dimensions, unbiased, keepdim, type);
    public static Tensor var(Tensor input, (long, long, long) dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => input.var(dimensions, unbiased, keepdim, type);
    public static (Tensor std, Tensor mean) std_mean(Tensor input, bool unbiased = true) => input.std_mean(unbiased);
    public static (Tensor var, Tensor mean) var_mean(Tensor input, bool unbiased = true) => input.var_mean(unbiased);
    public static Tensor max(Tensor input) => input.max();
    public static Tensor max(Tensor input, Tensor other) => input.max(other);
    public static (Tensor values, Tensor indices) max(Tensor input, long dim, bool keepdim = false) => input.max(dim, keepdim);
    public static Tensor min(Tensor input) => input.min();
    public static Tensor min(Tensor input, Tensor other) => input.min(other);
    public static (Tensor values, Tensor indices) min(Tensor input, long dim, bool keepdim = false) => input.min(dim, keepdim);
    public static Tensor amax(Tensor input, long[] dims, bool keepdim = false, Tensor? @out = null) => input.amax(dims, keepdim, @out);
    public static Tensor amax(Tensor input, ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) => input.amax(dims, keepdim, @out);
    public static Tensor amax(Tensor input, long[] dims) => input.amax(dims);
    public static Tensor amin(Tensor input, long[] dims, bool keepdim = false, Tensor? @out = null) => input.amin(dims, keepdim, @out);
    public static Tensor amin(Tensor input, ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) => input.amin(dims, keepdim, @out);
    public static (Tensor min, Tensor max) aminmax(Tensor input, long? dim = null, bool keepdim = false) => input.aminmax(dim, keepdim);
    public static Tensor argmax(Tensor input) => input.argmax();
    public static Tensor argmax(Tensor input, long dim, bool keepdim = false) => input.argmax(dim, keepdim);
    public static Tensor argmin(Tensor input) => input.argmin();
    public static Tensor argmin(Tensor input, long dim, bool keepdim = false) => input.argmin(dim, keepdim);
    public static Tensor norm(Tensor input) => input.norm(2f);
    public static Tensor norm(Tensor input, float p = 2f) => input.norm(p);
    public static Tensor norm(Tensor input, int dimension, bool keepdim = false, float p = 2f) => input.norm(dimension, keepdim, p);
    public static Tensor any(Tensor input) => input.any();
    public static Tensor any(Tensor input, long dim, bool keepdim = false) => input.any(dim, keepdim);
    public static Tensor all(Tensor input) => input.all();
    public static Tensor all(Tensor input, long dim, bool keepdim = false) => input.all(dim, keepdim);
    public static Tensor cumsum(Tensor input, long dim, ScalarType? type = null) => input.cumsum(dim, type);
    public static Tensor cumprod(Tensor input, long dim, ScalarType? dtype = null) => input.cumprod(dim, dtype);
    public static (Tensor values, Tensor indexes) cummax(Tensor input, long dim) => input.cummax(dim);
    public static (Tensor values, Tensor indexes) cummin(Tensor input, long dim) => input.cummin(dim);
    public static Tensor logcumsumexp(Tensor input, long dim) => input.logcumsumexp(dim);
    public static Tensor median(Tensor input) => input.median();
    public static Tensor nansum(Tensor input) => input.nansum();
    public static Tensor quantile(Tensor input, Tensor q, long dim = -1, bool keepdim = false) => input.quantile(q, dim, keepdim);
    public static Tensor logsumexp(Tensor input, long dim, bool keepdim = false) => input.logsumexp(dim, keepdim);
    public static Tensor count_nonzero(Tensor input, long[]? dims = null) => input.count_nonzero(dims);
    public static Tensor dist(Tensor input, Tensor other, float p = 2f) => input.dist(other, p);
    public static Tensor softmax(Tensor input, int dim, ScalarType? dtype = null) => input.softmax(dim, dtype);
    public static Tensor bincount(Tensor input, Tensor? weights = null, long minlength = 0) => cm_bincount(input, weights, minlength);
    public static Tensor histc(Tensor input, long bins = 100, long min = 0, long max = 0) => input.histc(bins, min, max);
}
