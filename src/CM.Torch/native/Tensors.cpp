// One tensor: its life, what it is, and the numbers in it.
#include "Common.h"

#include <ATen/Functions.h>

EXPORT void cm_release(Handle handle) {
    if (handle) at::Tensor(c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim(handle));
}

// Fields of dense tensors, which is all that can be made through this library: these cannot fail.
EXPORT int64_t cm_dim(TensorArg self) { return self->dim(); }
EXPORT int64_t cm_numel(TensorArg self) { return self->numel(); }
EXPORT int64_t cm_element_size(TensorArg self) { return static_cast<int64_t>(self->element_size()); }
EXPORT int32_t cm_dtype(TensorArg self) { return static_cast<int32_t>(self->scalar_type()); }
EXPORT int32_t cm_device(TensorArg self, int32_t* index) {
    const auto device = self->device();
    *index = device.index();
    return static_cast<int32_t>(device.type());
}
EXPORT void cm_shape(TensorArg self, int64_t* shape) { std::copy(self->sizes().begin(), self->sizes().end(), shape); }
EXPORT void cm_strides(TensorArg self, int64_t* strides) { std::copy(self->strides().begin(), self->strides().end(), strides); }
EXPORT int64_t cm_storage_offset(TensorArg self) { return self->storage_offset(); }
EXPORT int32_t cm_is_contiguous(TensorArg self) { return self->is_contiguous(); }
EXPORT int32_t cm_is_leaf(TensorArg self) { return self->is_leaf(); }
EXPORT int32_t cm_requires_grad(TensorArg self) { return self->requires_grad(); }
EXPORT int32_t cm_is_sparse(TensorArg self) { return self->is_sparse(); }
EXPORT void* cm_data(TensorArg self) { return self->data_ptr(); }

INPLACE_OP(size, (TensorArg self, int64_t dim, int64_t* size), *size = self->size(dim))
INPLACE_OP(stride, (TensorArg self, int64_t dim, int64_t* stride), *stride = self->stride(dim))
INPLACE_OP(item, (TensorArg self, Number* value), *value = number(self->item()))
INPLACE_OP(equal, (TensorArg self, TensorArg other, int32_t* same), *same = at::equal(self, other))
INPLACE_OP(allclose, (TensorArg self, TensorArg other, double rtol, double atol, Flag equal_nan, int32_t* close), *close = at::allclose(self, other, rtol, atol, equal_nan))
INPLACE_OP(is_nonzero, (TensorArg self, int32_t* value), *value = self->is_nonzero())
INPLACE_OP(is_pinned, (TensorArg self, int32_t* pinned), *pinned = self->is_pinned())
TENSOR_OP(pin_memory, (TensorArg self), self->pin_memory())
INPLACE_OP(set_, (TensorArg self, TensorArg source), self->set_(source))
