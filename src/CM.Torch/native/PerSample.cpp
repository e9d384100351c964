// What is done with a number per sample, without columns and products of it in memory.
#include "Common.h"
#include "Kernels.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/record_function.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

namespace {
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using Maybe = Optional<at::Tensor>;

// Of numbers in memory, so many are worth a thread.
constexpr int64_t grain = 1 << 13;

at::Tensor waves(at::Tensor& numbers, at::Tensor& frequencies, bool sine_first) {
    RECORD_USER_SCOPE("cosines and sines");
    for (auto* each : {&numbers, &frequencies})
        TORCH_CHECK(each->dim() == 1 && each->numel() > 0 && each->scalar_type() == at::kFloat && each->is_cpu(), "cosines and sines in one operation take float32 on the CPU, [B] and [frequencies]");
    const auto from = shared(numbers) ? numbers.narrow(0, 0, 1) : numbers.contiguous(), turns = frequencies.contiguous();
    const int64_t half = turns.numel();
    auto out = at::empty({from.numel(), 2 * half}, from.options().requires_grad(false));
    float* to = out.data_ptr<float>();
    at::parallel_for(0, from.numel(), std::max<int64_t>(1, grain / half), [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
            float* row = to + 2 * half * i;
            kernels().waves(from.data_ptr<float>()[i], turns.data_ptr<float>(), half, row + (sine_first ? half : 0), row + (sine_first ? 0 : half));
        }
    });
    return shared(numbers) ? out.expand({numbers.numel(), 2 * half}) : out;
}

// a·x + b·y for each sample; without a, x; without y, a·x.
at::Tensor sum(const at::Tensor& a, const at::Tensor& x, const at::Tensor& b, const at::Tensor& y) {
    RECORD_USER_SCOPE("sums with numbers per sample");
    auto out = at::empty(x.sizes(), x.options().requires_grad(false));
    const int64_t batch = x.size(0), each = x.numel() / batch;
    const double *of_x = a.defined() ? a.data_ptr<double>() : nullptr, *of_y = b.defined() ? b.data_ptr<double>() : nullptr;
    const float *left = x.data_ptr<float>(), *right = y.defined() ? y.data_ptr<float>() : nullptr;
    float* to = out.data_ptr<float>();
    at::parallel_for(0, batch, std::max<int64_t>(1, grain / each), [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
            const float factor = of_x ? static_cast<float>(of_x[i]) : 1, other = of_y ? static_cast<float>(of_y[i]) : 0;
            for (int64_t j = i * each; j < (i + 1) * each; ++j) to[j] = right ? factor * left[j] + other * right[j] : factor * left[j];
        }
    });
    return out;
}

struct Mix : torch::autograd::Function<Mix> {
    static at::Tensor forward(AutogradContext* context, const Maybe& a, const at::Tensor& x, const Maybe& b, const Maybe& y) {
        const auto or_none = [](const Maybe& tensor) { return tensor.has_value() ? *tensor : at::Tensor(); };
        context->saved_data["of x"] = x.requires_grad();
        context->saved_data["of y"] = y.has_value() && y->requires_grad();
        context->save_for_backward({or_none(a), or_none(b)});
        return sum(or_none(a), x, or_none(b), or_none(y));
    }
    static variable_list backward(AutogradContext* context, variable_list gradients) {
        TORCH_CHECK(!c10::GradMode::is_enabled(), "a sum with numbers per sample by the kernels of CM.Torch has no second derivative");
        const auto saved = context->get_saved_variables();
        const auto gradient = gradients[0].contiguous();
        variable_list given(4);
        if (context->saved_data["of x"].toBool()) given[1] = saved[0].defined() ? sum(saved[0], gradient, {}, {}) : gradient;
        if (context->saved_data["of y"].toBool()) given[3] = sum(saved[1], gradient, {}, {});
        return given;
    }
};

at::Tensor mix(TensorArg a, at::Tensor& x, TensorArg b, TensorArg y) {
    TORCH_CHECK(x.dim() > 0 && x.numel() > 0 && x.scalar_type() == at::kFloat && x.is_cpu(), "sums with numbers per sample take float32 on the CPU");
    TORCH_CHECK(!y.impl || (b.impl && y->sizes() == x.sizes() && y->scalar_type() == at::kFloat && y->is_cpu()), "both tensors of a sum with numbers per sample have one shape and type");
    for (auto* each : {&a.get(), &b.get()})
        TORCH_CHECK(!each->defined() || (each->dim() == 1 && each->size(0) == x.size(0) && each->is_cpu() && !each->requires_grad()), "the numbers are one per sample, without gradient");
    const auto numbers = [](TensorArg each) { return each.impl ? each->to(at::kDouble).contiguous() : at::Tensor(); };
    const auto factor = numbers(a), other = numbers(b), left = x.contiguous(), right = y.impl ? y->contiguous() : at::Tensor();
    if (!c10::GradMode::is_enabled() || !(left.requires_grad() || (right.defined() && right.requires_grad()))) return sum(factor, left, other, right);
    const auto maybe = [](const at::Tensor& tensor) { return tensor.defined() ? Maybe(tensor) : Maybe(); };
    return Mix::apply(maybe(factor), left, maybe(other), maybe(right));
}
}

TENSOR_OP(waves, (TensorArg numbers, TensorArg frequencies, Flag sine_first), waves(numbers, frequencies, sine_first))
TENSOR_OP(mix, (TensorArg a, TensorArg x, TensorArg b, TensorArg y), mix(a, x, b, y))
