// Where the numbers lie.
#include "Common.h"

#include <ATen/Functions.h>

static at::Tensor unflatten(const at::Tensor& self, int64_t dim, at::IntArrayRef sizes) {
    if (dim < 0) dim += self.dim();
    std::vector<int64_t> shape(self.sizes().begin(), self.sizes().end());
    TORCH_CHECK_INDEX(dim >= 0 && dim < self.dim(), "unflatten: dimension out of range");
    shape.erase(shape.begin() + dim);
    shape.insert(shape.begin() + dim, sizes.begin(), sizes.end());
    return self.view(shape);
}

TENSOR_OP(view, (TensorArg self, INTS(shape)), self->view(LIST(shape)))
TENSOR_OP(reshape, (TensorArg self, INTS(shape)), at::reshape(self, LIST(shape)))
TENSOR_OP(permute, (TensorArg self, INTS(permutation)), at::permute(self, LIST(permutation)))
TENSOR_OP(transpose, (TensorArg self, int64_t dim0, int64_t dim1), at::transpose(self, dim0, dim1))
INPLACE_OP(transpose_, (TensorArg self, int64_t dim0, int64_t dim1), self->transpose_(dim0, dim1))
TENSOR_OP(t, (TensorArg self), at::t(self))
TENSOR_OP(flatten, (TensorArg self, int64_t start_dim, int64_t end_dim), at::flatten(self, start_dim, end_dim))
TENSOR_OP(unflatten, (TensorArg self, int64_t dim, INTS(sizes)), unflatten(self, dim, LIST(sizes)))
TENSOR_OP(squeeze_all, (TensorArg self), at::squeeze(self))
TENSOR_OP(squeeze, (TensorArg self, int64_t dim), at::squeeze(self, dim))
INPLACE_OP(squeeze_all_, (TensorArg self), self->squeeze_())
INPLACE_OP(squeeze_, (TensorArg self, int64_t dim), self->squeeze_(dim))
TENSOR_OP(unsqueeze, (TensorArg self, int64_t dim), at::unsqueeze(self, dim))
INPLACE_OP(unsqueeze_, (TensorArg self, int64_t dim), self->unsqueeze_(dim))
TENSOR_OP(narrow, (TensorArg self, int64_t dim, int64_t start, int64_t length), at::narrow(self, dim, start, length))
TENSOR_OP(slice, (TensorArg self, int64_t dim, int64_t start, int64_t finish, int64_t step), at::slice(self, dim, start, finish, step))
TENSOR_OP(select, (TensorArg self, int64_t dim, int64_t index), at::select(self, dim, index))
TENSOR_OP(expand, (TensorArg self, INTS(sizes), Flag isImplicit), self->expand(LIST(sizes), isImplicit))
TENSOR_OP(expand_as, (TensorArg self, TensorArg other), self->expand_as(other))
TENSOR_OP(broadcast_to, (TensorArg self, INTS(shape)), at::broadcast_to(self, LIST(shape)))
TENSOR_OP(repeat, (TensorArg self, INTS(sizes)), self->repeat(LIST(sizes)))
TENSOR_OP(tile, (TensorArg self, INTS(reps)), at::tile(self, LIST(reps)))
TENSOR_OP(repeat_interleave, (TensorArg self, int64_t repeats, Flag has_dim, int64_t dim, Flag has_output_size, int64_t output_size), at::repeat_interleave(self, repeats, maybe(has_dim, dim), maybe(has_output_size, output_size)))
TENSOR_OP(repeat_interleave_each, (TensorArg self, TensorArg repeats, Flag has_dim, int64_t dim, Flag has_output_size, int64_t output_size), at::repeat_interleave(self, repeats, maybe(has_dim, dim), maybe(has_output_size, output_size)))
TENSOR_OP(flip, (TensorArg self, INTS(dims)), at::flip(self, LIST(dims)))
TENSOR_OP(roll, (TensorArg self, INTS(shifts), INTS(dims)), at::roll(self, LIST(shifts), LIST(dims)))
TENSOR_OP(movedim, (TensorArg self, INTS(source), INTS(destination)), at::movedim(self, LIST(source), LIST(destination)))
TENSOR_OP(cat, (const TensorArg* tensors_list, int64_t tensors_count, int64_t dim), at::cat(tensors(tensors_list, tensors_count), dim))
TENSOR_OP(stack, (const TensorArg* tensors_list, int64_t tensors_count, int64_t dim), at::stack(tensors(tensors_list, tensors_count), dim))
MANY_OP(split, (TensorArg self, int64_t size, int64_t dim), at::split(self, size, dim))
MANY_OP(split_sizes, (TensorArg self, INTS(sizes), int64_t dim), at::split_with_sizes(self, LIST(sizes), dim))
MANY_OP(chunk, (TensorArg self, int64_t chunks, int64_t dim), at::chunk(self, chunks, dim))
MANY_OP(unbind, (TensorArg self, int64_t dimension), at::unbind(self, dimension))
MANY_OP(tensor_split, (TensorArg self, int64_t size, int64_t dim), at::tensor_split(self, size, dim))
MANY_OP(meshgrid, (const TensorArg* tensors_list, int64_t tensors_count, const char* indexing), at::meshgrid(tensors(tensors_list, tensors_count), indexing))
MANY_OP(broadcast_tensors, (const TensorArg* tensors_list, int64_t tensors_count), at::broadcast_tensors(tensors(tensors_list, tensors_count)))
TENSOR_OP(index_select, (TensorArg self, int64_t dim, TensorArg index), at::index_select(self, dim, index))
TENSOR_OP(index_copy, (TensorArg self, int64_t dim, TensorArg index, TensorArg source), at::index_copy(self, dim, index, source))
INPLACE_OP(index_copy_, (TensorArg self, int64_t dim, TensorArg index, TensorArg source), self->index_copy_(dim, index, source))
TENSOR_OP(index_add, (TensorArg self, int64_t dim, TensorArg index, TensorArg source, Number alpha), at::index_add(self, dim, index, source, alpha))
INPLACE_OP(index_add_, (TensorArg self, int64_t dim, TensorArg index, TensorArg source, Number alpha), self->index_add_(dim, index, source, alpha))
TENSOR_OP(index_fill, (TensorArg self, int64_t dim, TensorArg index, Number value), at::index_fill(self, dim, index, value))
INPLACE_OP(index_fill_, (TensorArg self, int64_t dim, TensorArg index, Number value), self->index_fill_(dim, index, value))
TENSOR_OP(gather, (TensorArg self, int64_t dim, TensorArg index), at::gather(self, dim, index))
TENSOR_OP(scatter, (TensorArg self, int64_t dim, TensorArg index, TensorArg src), at::scatter(self, dim, index, src))
INPLACE_OP(scatter_, (TensorArg self, int64_t dim, TensorArg index, TensorArg src), self->scatter_(dim, index, src))
TENSOR_OP(scatter_add, (TensorArg self, int64_t dim, TensorArg index, TensorArg src), at::scatter_add(self, dim, index, src))
INPLACE_OP(scatter_add_, (TensorArg self, int64_t dim, TensorArg index, TensorArg src), self->scatter_add_(dim, index, src))
TENSOR_OP(masked_fill, (TensorArg self, TensorArg mask, Number value), at::masked_fill(self, mask, value))
INPLACE_OP(masked_fill_, (TensorArg self, TensorArg mask, Number value), self->masked_fill_(mask, value))
TENSOR_OP(masked_select, (TensorArg self, TensorArg mask), at::masked_select(self, mask))
TENSOR_OP(masked_scatter, (TensorArg self, TensorArg mask, TensorArg value), at::masked_scatter(self, mask, value))
INPLACE_OP(masked_scatter_, (TensorArg self, TensorArg mask, TensorArg value), self->masked_scatter_(mask, value))
TENSOR_OP(take, (TensorArg self, TensorArg index), at::take(self, index))
TENSOR_OP(take_along_dim, (TensorArg self, TensorArg indices, int64_t dim), at::take_along_dim(self, indices, dim))
TENSOR_OP(nonzero, (TensorArg self), at::nonzero(self))
TENSOR_OP(contiguous, (TensorArg self), self->contiguous())
TENSOR_OP(clone, (TensorArg self), at::clone(self))
TENSOR_OP(alias, (TensorArg self), at::alias(self))
TENSOR_OP(detach, (TensorArg self), at::detach(self))
INPLACE_OP(detach_, (TensorArg self), at::detach_(self))
INPLACE_OP(copy_, (TensorArg self, TensorArg source, Flag nonBlocking), self->copy_(source, nonBlocking))
TENSOR_OP(as_strided, (TensorArg self, INTS(size), INTS(strides), int64_t storageOffset), at::as_strided(self, LIST(size), LIST(strides), storageOffset))
TENSOR_OP(diag, (TensorArg self, int64_t diagonal), at::diag(self, diagonal))
TENSOR_OP(diagonal, (TensorArg self, int64_t offset, int64_t dim1, int64_t dim2), at::diagonal(self, offset, dim1, dim2))
TENSOR_OP(diag_embed, (TensorArg self, int64_t offset, int64_t dim1, int64_t dim2), at::diag_embed(self, offset, dim1, dim2))
TENSOR_OP(tril, (TensorArg self, int64_t diagonal), at::tril(self, diagonal))
INPLACE_OP(tril_, (TensorArg self, int64_t diagonal), self->tril_(diagonal))
TENSOR_OP(triu, (TensorArg self, int64_t diagonal), at::triu(self, diagonal))
INPLACE_OP(triu_, (TensorArg self, int64_t diagonal), self->triu_(diagonal))
TENSOR_OP(trace, (TensorArg self), at::trace(self))
PAIR_OP(sort, (TensorArg self, int64_t dim, Flag descending, Flag stable, Handle* first, Handle* second), at::sort(self, Optional<bool>(bool(stable)), dim, descending))
TENSOR_OP(argsort, (TensorArg self, int64_t dim, Flag descending), at::argsort(self, dim, descending))
PAIR_OP(topk, (TensorArg self, int64_t k, int64_t dim, Flag largest, Flag sorted, Handle* first, Handle* second), at::topk(self, k, dim, largest, sorted))
TRIPLE_OP(unique, (TensorArg self, Flag sorted, Flag return_inverse, Flag return_counts, Handle* first, Handle* second, Handle* third), at::_unique2(self, sorted, return_inverse, return_counts))
TRIPLE_OP(unique_dim, (TensorArg self, int64_t dim, Flag sorted, Flag return_inverse, Flag return_counts, Handle* first, Handle* second, Handle* third), at::unique_dim(self, dim, sorted, return_inverse, return_counts))
TENSOR_OP(bucketize, (TensorArg self, TensorArg boundaries, Flag outInt32, Flag right), at::bucketize(self, boundaries, outInt32, right))
TENSOR_OP(searchsorted, (TensorArg sorted_sequence, TensorArg values, Flag out_int32, Flag right, OptionalTensorArg sorter), at::searchsorted(sorted_sequence, values, out_int32, right, {}, Optional<at::Tensor>(sorter)))
TENSOR_OP(unfold_dim, (TensorArg self, int64_t dimension, int64_t size, int64_t step), self->unfold(dimension, size, step))
TENSOR_OP(diff, (TensorArg self, int64_t n, int64_t dim, OptionalTensorArg prepend, OptionalTensorArg append), at::diff(self, n, dim, prepend, append))

// Indexing as in x[a, :, b]: one step of it, for each kind of index, is one of the views above; only tensor indices need more.
static c10::List<Optional<at::Tensor>> indices(const TensorArg* list, int64_t count) {
    c10::List<Optional<at::Tensor>> result;
    result.reserve(count);
    for (int64_t i = 0; i < count; ++i) result.push_back(OptionalTensorArg{list[i]});
    return result;
}

TENSOR_OP(index, (TensorArg self, const TensorArg* list, int64_t count), at::index(self, indices(list, count)))
INPLACE_OP(index_put_, (TensorArg self, const TensorArg* list, int64_t count, TensorArg value, Flag accumulate), self->index_put_(indices(list, count), value, accumulate))
MANY_OP(where_true, (TensorArg condition), at::where(condition))
