// The features of a number that are cosines and sines of it times many frequencies, without the product in memory.
#include "Common.h"
#include "Kernels.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/record_function.h>

namespace {
at::Tensor waves(at::Tensor& numbers, at::Tensor& frequencies, bool sine_first) {
    RECORD_USER_SCOPE("cosines and sines");
    for (auto* each : {&numbers, &frequencies})
        TORCH_CHECK(each->dim() == 1 && each->numel() > 0 && each->scalar_type() == at::kFloat && each->is_cpu(), "cosines and sines in one operation take float32 on the CPU, [B] and [frequencies]");
    const auto from = numbers.contiguous(), turns = frequencies.contiguous();
    const int64_t half = turns.numel();
    auto out = at::empty({from.numel(), 2 * half}, from.options().requires_grad(false));
    float* to = out.data_ptr<float>();
    at::parallel_for(0, from.numel(), std::max<int64_t>(1, (1 << 15) / half), [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
            float* row = to + 2 * half * i;
            kernels().waves(from.data_ptr<float>()[i], turns.data_ptr<float>(), half, row + (sine_first ? half : 0), row + (sine_first ? 0 : half));
        }
    });
    return out;
}
}

TENSOR_OP(waves, (TensorArg numbers, TensorArg frequencies, Flag sine_first), waves(numbers, frequencies, sine_first))
