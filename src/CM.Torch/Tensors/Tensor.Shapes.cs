using CM.Torch;
using static CM.Torch.Native;

namespace TorchSharp;

// Where the numbers lie: views, joins, cuts, choices.
public static partial class torch
{
    public partial class Tensor
    {
        public Tensor view(params long[] shape) => cm_view(this, shape, shape.Length);
        public Tensor reshape(params long[] shape) => cm_reshape(this, shape, shape.Length);
        public Tensor permute(params long[] permutation) => cm_permute(this, permutation, permutation.Length);
        public Tensor permute(IEnumerable<long> permutation) => permute(permutation.ToArray());
        public Tensor transpose(long dim0, long dim1) => cm_transpose(this, dim0, dim1);
        public Tensor transpose_(long dim0, long dim1) => cm_transpose_(this, dim0, dim1).Of(this);
        public Tensor t() => cm_t(this);
        public Tensor flatten(long start_dim = 0, long end_dim = -1) => cm_flatten(this, start_dim, end_dim);
        public Tensor unflatten(long dim, params long[] sizes) => cm_unflatten(this, dim, sizes, sizes.Length);
        public Tensor unflatten(long dim, Size sizes) => unflatten(dim, sizes.Shape);
        public Tensor squeeze(long? dim = null) => dim is { } one ? cm_squeeze(this, one) : cm_squeeze_all(this);
        public Tensor squeeze_(long? dim = null) => (dim is { } one ? cm_squeeze_(this, one) : cm_squeeze_all_(this)).Of(this);
        public Tensor unsqueeze(long dim) => cm_unsqueeze(this, dim);
        public Tensor unsqueeze_(long dim) => cm_unsqueeze_(this, dim).Of(this);
        public Tensor narrow(long dim, long start, long length) => cm_narrow(this, dim, start, length);
        public Tensor slice(long dim, long start, long finish, long step) => cm_slice(this, dim, start, finish, step);
        public Tensor select(long dim, long index) => cm_select(this, dim, index);
        public Tensor expand(ReadOnlySpan<long> sizes, bool isImplicit = false) => cm_expand(this, sizes, sizes.Length, isImplicit);
        public Tensor expand(Size sizes, bool isImplicit = false) => cm_expand(this, sizes.Shape, sizes.Length, isImplicit);
        public Tensor expand(long[] sizes, bool isImplicit = false) => cm_expand(this, sizes, sizes.Length, isImplicit);
        public Tensor expand(params long[] sizes) => cm_expand(this, sizes, sizes.Length, false);
        public Tensor expand_as(Tensor other) => cm_expand_as(this, other);
        public Tensor broadcast_to(params long[] shape) => cm_broadcast_to(this, shape, shape.Length);
        public Tensor repeat(params long[] sizes) => cm_repeat(this, sizes, sizes.Length);
        public Tensor tile(long[] reps) => cm_tile(this, reps, reps.Length);
        public Tensor repeat_interleave(Tensor repeats, long? dim = null, long? output_size = null) => cm_repeat_interleave_each(this, repeats, dim.HasValue, dim.GetValueOrDefault(), output_size.HasValue, output_size.GetValueOrDefault());
        public Tensor repeat_interleave(long repeats, long? dim = null, long? output_size = null) => cm_repeat_interleave(this, repeats, dim.HasValue, dim.GetValueOrDefault(), output_size.HasValue, output_size.GetValueOrDefault());
        public Tensor flip(params long[] dims) => cm_flip(this, dims, dims.Length);
        public Tensor roll(long shifts, long? dims = null) => dims is { } dim ? cm_roll(this, [shifts], 1, [dim], 1) : cm_roll(this, [shifts], 1, [], 0);
        public Tensor roll((long, long) shifts, (long, long) dims) => cm_roll(this, [shifts.Item1, shifts.Item2], 2, [dims.Item1, dims.Item2], 2);
        public Tensor roll(long[] shifts, long[] dims) => cm_roll(this, shifts, shifts.Length, dims, dims.Length);
        public Tensor roll(long[] shifts) => cm_roll(this, shifts, shifts.Length, [], 0);
        public Tensor roll((long, long, long) shifts, (long, long, long) dims) => cm_roll(this, [shifts.Item1, shifts.Item2, shifts.Item3], 3, [dims.Item1, dims.Item2, dims.Item3], 3);
        public Tensor roll(ReadOnlySpan<long> shifts, ReadOnlySpan<long> dims = default) => cm_roll(this, shifts, shifts.Length, dims, dims.Length);
        public Tensor movedim(long[] source, long[] destination) => cm_movedim(this, source, source.Length, destination, destination.Length);
        public Tensor unfold(long dimension, long size, long step) => cm_unfold_dim(this, dimension, size, step);
        public Tensor[] split(long size, int dim = 0) => Take(cm_split(this, size, dim));
        public Tensor[] split(ReadOnlySpan<long> sizes, long dim = 0) => Take(cm_split_sizes(this, sizes, sizes.Length, dim));
        public Tensor[] split(long[] sizes, long dim = 0) => Take(cm_split_sizes(this, sizes, sizes.Length, dim));
        public Tensor[] split(params long[] sizes) => split(sizes, 0);
        public Tensor[] chunk(long chunks, long dim = 0) => Take(cm_chunk(this, chunks, dim));
        public Tensor[] unbind(long dimension = 0) => Take(cm_unbind(this, dimension));
        public Tensor[] tensor_split(long size, long dim = 0) => Take(cm_tensor_split(this, size, dim));
        public Tensor index_select(long dim, Tensor index) => cm_index_select(this, dim, index);
        public Tensor index_copy(long dim, Tensor index, Tensor source) => cm_index_copy(this, dim, index, source);
        public Tensor index_copy_(long dim, Tensor index, Tensor source) => cm_index_copy_(this, dim, index, source).Of(this);
        public Tensor index_add(long dim, Tensor index, Tensor source, Scalar alpha) => cm_index_add(this, dim, index, source, alpha);
        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) => cm_index_add_(this, dim, index, source, alpha).Of(this);
        public Tensor index_fill(long dim, Tensor index, Scalar value) => cm_index_fill(this, dim, index, value);
        public Tensor index_fill_(long dim, Tensor index, Scalar value) => cm_index_fill_(this, dim, index, value).Of(this);
        public Tensor gather(long dim, Tensor index) => cm_gather(this, dim, index);
        public Tensor scatter(long dim, Tensor index, Tensor src) => cm_scatter(this, dim, index, src);
        public Tensor scatter_(long dim, Tensor index, Tensor src) => cm_scatter_(this, dim, index, src).Of(this);
        public Tensor scatter_add(long dim, Tensor index, Tensor src) => cm_scatter_add(this, dim, index, src);
        public Tensor scatter_add_(long dim, Tensor index, Tensor src) => cm_scatter_add_(this, dim, index, src).Of(this);
        public Tensor masked_fill(Tensor mask, Scalar value) => cm_masked_fill(this, mask, value);
        public Tensor masked_fill_(Tensor mask, Scalar value) => cm_masked_fill_(this, mask, value).Of(this);
        public Tensor masked_select(Tensor mask) => cm_masked_select(this, mask);
        public Tensor masked_scatter(Tensor mask, Tensor value) => cm_masked_scatter(this, mask, value);
        public Tensor masked_scatter_(Tensor mask, Tensor value) => cm_masked_scatter_(this, mask, value).Of(this);
        public Tensor take(Tensor index) => cm_take(this, index);
        public Tensor take_along_dim(Tensor indices, long dim) => cm_take_along_dim(this, indices, dim);
        public Tensor nonzero() => cm_nonzero(this);
        public Tensor contiguous() => cm_contiguous(this);
        public Tensor clone() => cm_clone(this);
        public Tensor alias() => cm_alias(this);
        public Tensor detach() => cm_detach(this);
        public Tensor detach_() => cm_detach_(this).Of(this);
        public Tensor copy_(Tensor source, bool nonBlocking = false) => cm_copy_(this, source, nonBlocking).Of(this);
        public Tensor as_strided(long[] size, long[] strides, long storageOffset = 0) => cm_as_strided(this, size, size.Length, strides, strides.Length, storageOffset);
        public Tensor diag(long diagonal = 0) => cm_diag(this, diagonal);
        public Tensor diagonal(long offset = 0, long dim1 = 0, long dim2 = 1) => cm_diagonal(this, offset, dim1, dim2);
        public Tensor diag_embed(long offset = 0, long dim1 = -2, long dim2 = -1) => cm_diag_embed(this, offset, dim1, dim2);
        public Tensor tril(long diagonal = 0) => cm_tril(this, diagonal);
        public Tensor tril_(long diagonal = 0) => cm_tril_(this, diagonal).Of(this);
        public Tensor triu(long diagonal = 0) => cm_triu(this, diagonal);
        public Tensor triu_(long diagonal = 0) => cm_triu_(this, diagonal).Of(this);
        public Tensor trace() => cm_trace(this);
        public (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false, bool stable = false)
        {
            cm_sort(this, dim, descending, stable, out var values, out var indices).Check();
            return (values, indices);
        }

        public Tensor argsort(long dim = -1, bool descending = false) => cm_argsort(this, dim, descending);
        public (Tensor values, Tensor indices) topk(int k, int dim = -1, bool largest = true, bool sorted = true)
        {
            cm_topk(this, k, dim, largest, sorted, out var values, out var indices).Check();
            return (values, indices);
        }

        public Tensor bucketize(Tensor boundaries, bool outInt32 = false, bool right = false) => cm_bucketize(this, boundaries, outInt32, right);
        public Tensor diff(long n = 1, long dim = -1, Tensor? prepend = null, Tensor? append = null) => cm_diff(this, n, dim, prepend, append);
        public Tensor view_as(Tensor other) => view(other.shape);
        public Tensor ravel() => reshape(-1);
        public Tensor swapaxes(long dim0, long dim1) => transpose(dim0, dim1);
        public Tensor swapdims(long dim0, long dim1) => transpose(dim0, dim1);

        /// <summary>Each number once; where each element's is, and how often it occurs, where asked for.</summary>
        public (Tensor output, Tensor? inverse_indices, Tensor? counts) unique(bool sorted = true, bool return_inverse = false, bool return_counts = false, int? dim = null)
        {
            var done = dim is { } one
                ? cm_unique_dim(this, one, sorted, return_inverse, return_counts, out var output, out var inverse, out var counts)
                : cm_unique(this, sorted, return_inverse, return_counts, out output, out inverse, out counts);
            done.Check();
            return (output, Wanted(inverse, return_inverse), Wanted(counts, return_counts));

            static Tensor? Wanted(Tensor tensor, bool wanted)
            {
                if (wanted)
                    return tensor;
                tensor.Dispose();
                return null;
            }
        }
    }

    public static Tensor reshape(Tensor input, params long[] shape) => input.reshape(shape);
    public static Tensor permute(Tensor input, params long[] permutation) => input.permute(permutation);
    public static Tensor transpose(Tensor input, long dim0, long dim1) => input.transpose(dim0, dim1);
    public static Tensor t(Tensor input) => input.t();
    public static Tensor flatten(Tensor input, long start_dim = 0, long end_dim = -1) => input.flatten(start_dim, end_dim);
    public static Tensor unflatten(Tensor input, long dim, params long[] sizes) => input.unflatten(dim, sizes);
    public static Tensor unflatten(Tensor input, long dim, Size sizes) => input.unflatten(dim, sizes);
    public static Tensor squeeze(Tensor input, long? dim = null) => input.squeeze(dim);
    public static Tensor squeeze_(Tensor input, long? dim = null) => input.squeeze_(dim);
    public static Tensor unsqueeze(Tensor input, long dim) => input.unsqueeze(dim);
    public static Tensor unsqueeze_(Tensor input, long dim) => input.unsqueeze_(dim);
    public static Tensor narrow(Tensor input, long dim, long start, long length) => input.narrow(dim, start, length);
    public static Tensor select(Tensor input, long dim, long index) => input.select(dim, index);
    public static Tensor broadcast_to(Tensor input, params long[] shape) => input.broadcast_to(shape);
    public static Tensor tile(Tensor input, long[] dims) => input.tile(dims);
    public static Tensor repeat_interleave(Tensor input, long repeats, long? dim = null, long? output_size = null) => input.repeat_interleave(repeats, dim, output_size);
    public static Tensor repeat_interleave(Tensor input, Tensor repeats, long? dim = null, long? output_size = null) => input.repeat_interleave(repeats, dim, output_size);
    public static Tensor flip(Tensor input, params long[] dims) => input.flip(dims);
    public static Tensor roll(Tensor input, long shifts, long? dims = null) => input.roll(shifts, dims);
    public static Tensor roll(Tensor input, (long, long) shifts, (long, long) dims) => input.roll(shifts, dims);
    public static Tensor roll(Tensor input, (long, long, long) shifts, (long, long, long) dims) => input.roll(shifts, dims);
    public static Tensor roll(Tensor input, long[] shifts, long[] dims) => input.roll(shifts, dims);
    public static Tensor roll(Tensor input, long[] shifts) => input.roll(shifts);
    public static Tensor roll(Tensor input, ReadOnlySpan<long> shifts, ReadOnlySpan<long> dims = default) => input.roll(shifts, dims);
    public static Tensor movedim(Tensor input, long[] source, long[] destination) => input.movedim(source, destination);
    public static Tensor[] split(Tensor tensor, long[] split_size_or_sections, long dim = 0) => tensor.split(split_size_or_sections, dim);
    public static Tensor[] chunk(Tensor input, long chunks, long dim = 0) => input.chunk(chunks, dim);
    public static Tensor[] unbind(Tensor tensor, int dim = 0) => tensor.unbind((long)dim);
    public static Tensor[] unbind(Tensor input, long dim = 0) => input.unbind(dim);
    public static Tensor[] tensor_split(Tensor input, long indices_or_sections, long dim = 0) => input.tensor_split(indices_or_sections, dim);
    public static Tensor index_select(Tensor input, long dim, Tensor index) => input.index_select(dim, index);
    public static Tensor index_copy(Tensor input, long dim, Tensor index, Tensor source) => input.index_copy(dim, index, source);
    public static Tensor index_copy_(Tensor input, long dim, Tensor index, Tensor source) => input.index_copy_(dim, index, source);
    public static Tensor index_add(Tensor input, long dim, Tensor index, Tensor source, Scalar alpha) => input.index_add(dim, index, source, alpha);
    public static Tensor index_add_(Tensor input, long dim, Tensor index, Tensor source, Scalar alpha) => input.index_add_(dim, index, source, alpha);
    public static Tensor index_fill(Tensor input, long dim, Tensor index, Scalar value) => input.index_fill(dim, index, value);
    public static Tensor index_fill_(Tensor input, long dim, Tensor index, Scalar value) => input.index_fill_(dim, index, value);
    public static Tensor gather(Tensor input, long dim, Tensor index) => input.gather(dim, index);
    public static Tensor gather(Tensor input, long dim, Tensor index, bool sparse_grad = false) => input.gather(dim, index);
    public static Tensor scatter(Tensor input, long dim, Tensor index, Tensor src) => input.scatter(dim, index, src);
    public static Tensor scatter_(Tensor input, long dim, Tensor index, Tensor src) => input.scatter_(dim, index, src);
    public static Tensor scatter_add(Tensor input, long dim, Tensor index, Tensor src) => input.scatter_add(dim, index, src);
    public static Tensor scatter_add_(Tensor input, long dim, Tensor index, Tensor src) => input.scatter_add_(dim, index, src);
    public static Tensor masked_select(Tensor input, Tensor mask) => input.masked_select(mask);
    public static Tensor take(Tensor input, Tensor index) => input.take(index);
    public static Tensor take_along_dim(Tensor input, Tensor indices, long dim = 0) => input.take_along_dim(indices, dim);
    public static Tensor nonzero(Tensor input) => input.nonzero();
    public static Tensor clone(Tensor input) => input.clone();
    public static Tensor diag(Tensor input, long diagonal = 0) => input.diag(diagonal);
    public static Tensor diagonal(Tensor input, long offset = 0, long dim1 = 0, long dim2 = 1) => input.diagonal(offset, dim1, dim2);
    public static Tensor diag_embed(Tensor input, long offset = 0, long dim1 = -2, long dim2 = -1) => input.diag_embed(offset, dim1, dim2);
    public static Tensor tril(Tensor input, long diagonal = 0) => input.tril(diagonal);
    public static Tensor tril_(Tensor input, long diagonal = 0) => input.tril_(diagonal);
    public static Tensor triu(Tensor input, long diagonal = 0) => input.triu(diagonal);
    public static Tensor triu_(Tensor input, long diagonal = 0) => input.triu_(diagonal);
    public static Tensor trace(Tensor input) => input.trace();
    public static (Tensor Values, Tensor Indices) sort(Tensor input, long dim = -1, bool descending = false, bool stable = false) => input.sort(dim, descending, stable);
    public static Tensor argsort(Tensor input, long dim = -1, bool descending = false) => input.argsort(dim, descending);
    public static (Tensor values, Tensor indices) topk(Tensor tensor, int k, int dim = -1, bool largest = true, bool sorted = true) => tensor.topk(k, dim, largest, sorted);
    public static Tensor bucketize(Tensor input, Tensor boundaries, bool outInt32 = false, bool right = false) => input.bucketize(boundaries, outInt32, right);
    public static Tensor diff(Tensor input, long n = 1, long dim = -1, Tensor? prepend = null, Tensor? append = null) => input.diff(n, dim, prepend, append);
    public static Tensor ravel(Tensor input) => input.ravel();
    public static Tensor swapaxes(Tensor input, long axis0, long axis1) => input.transpose(axis0, axis1);
    public static Tensor swapdims(Tensor input, long dim0, long dim1) => input.swapdims(dim0, dim1);
}
