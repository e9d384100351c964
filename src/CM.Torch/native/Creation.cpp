// New tensors.
#include "Common.h"

#include <ATen/Functions.h>

static at::Tensor convert(const at::Tensor& self, const at::TensorOptions& options, bool non_blocking, bool copy) {
    return self.to(options, non_blocking, copy);
}

TENSOR_OP(empty, (INTS(size), Options options), at::empty(LIST(size), options))
TENSOR_OP(zeros, (INTS(size), Options options), at::zeros(LIST(size), options))
TENSOR_OP(ones, (INTS(size), Options options), at::ones(LIST(size), options))
TENSOR_OP(full, (INTS(size), Number value, Options options), at::full(LIST(size), value, options))
TENSOR_OP(rand, (INTS(size), at::Generator* generator, Options options), at::rand(LIST(size), maybe(generator), options))
TENSOR_OP(randn, (INTS(size), at::Generator* generator, Options options), at::randn(LIST(size), maybe(generator), options))
TENSOR_OP(randint, (int64_t low, int64_t high, INTS(size), at::Generator* generator, Options options), at::randint(low, high, LIST(size), maybe(generator), options))
TENSOR_OP(randperm, (int64_t n, at::Generator* generator, Options options), at::randperm(n, maybe(generator), options))
TENSOR_OP(arange, (Number start, Number stop, Number step, Options options), at::arange(start, stop, step, options))
TENSOR_OP(linspace, (double start, double end, int64_t steps, Options options), at::linspace(start, end, steps, options))
TENSOR_OP(logspace, (double start, double end, int64_t steps, double radix, Options options), at::logspace(start, end, steps, radix, options))
TENSOR_OP(eye, (int64_t rows, int64_t columns, Options options), at::eye(rows, columns, options))
TENSOR_OP(empty_strided, (INTS(size), INTS(strides), Options options), at::empty_strided(LIST(size), LIST(strides), options))
TENSOR_OP(empty_like, (TensorArg self, Options options), at::empty_like(self, options))
TENSOR_OP(zeros_like, (TensorArg self, Options options), at::zeros_like(self, options))
TENSOR_OP(ones_like, (TensorArg self, Options options), at::ones_like(self, options))
TENSOR_OP(full_like, (TensorArg self, Number value, Options options), at::full_like(self, value, options))
TENSOR_OP(rand_like, (TensorArg self, Options options), at::rand_like(self, options))
TENSOR_OP(randn_like, (TensorArg self, Options options), at::randn_like(self, options))
TENSOR_OP(randint_like, (TensorArg self, int64_t low, int64_t high, Options options), at::randint_like(self, low, high, options))
TENSOR_OP(new_empty, (TensorArg self, INTS(size), Options options), self->new_empty(LIST(size), options))
TENSOR_OP(new_zeros, (TensorArg self, INTS(size), Options options), self->new_zeros(LIST(size), options))
TENSOR_OP(new_ones, (TensorArg self, INTS(size), Options options), self->new_ones(LIST(size), options))
TENSOR_OP(new_full, (TensorArg self, INTS(size), Number value, Options options), self->new_full(LIST(size), value, options))
TENSOR_OP(to, (TensorArg self, Options options, Flag non_blocking, Flag copy), convert(self, options, non_blocking, copy))
TENSOR_OP(to_like, (TensorArg self, TensorArg other, Flag non_blocking), self->to(other, non_blocking))

// A CPU tensor with a copy of the caller's numbers.
TENSOR_OP(from_data, (const void* data, INTS(size), int32_t dtype), [&] {
    auto tensor = at::empty(LIST(size), at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype)));
    if (tensor.numel() > 0) memcpy(tensor.data_ptr(), data, tensor.nbytes());
    return tensor;
}())
