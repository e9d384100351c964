// A linear map of what stands before it, as one node of the graph:
//   [silu(first), second]·weightᵀ + bias
// where second may be missing. first is kept as it came, the joined input never exists, and of a part that needs no gradient none is worked out.
#include "Common.h"

#include <ATen/Functions.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

namespace {
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using Maybe = Optional<at::Tensor>;

at::Tensor part(const at::Tensor& weight, int64_t start, int64_t size) { return size == weight.size(1) ? weight : weight.narrow(1, start, size); }

at::Tensor compute(const at::Tensor& first, const at::Tensor& second, const at::Tensor& weight, const at::Tensor& bias, bool silu) {
    const auto bent = silu ? at::silu(first) : first;
    const auto left = part(weight, 0, first.size(1)).t();
    auto out = bias.defined() ? at::addmm(bias, bent, left) : at::mm(bent, left);
    if (second.defined()) out.addmm_(second, part(weight, first.size(1), second.size(1)).t());
    return out;
}

struct LinearBlock : torch::autograd::Function<LinearBlock> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& first, const Maybe& second, const at::Tensor& weight, const Maybe& bias, bool silu) {
        const auto beside = second.has_value() ? *second : at::Tensor();
        context->save_for_backward({first, beside, weight});
        context->saved_data["silu"] = silu;
        context->saved_data["needs"] = static_cast<int64_t>(first.requires_grad() | (second.has_value() && second->requires_grad()) << 1 | weight.requires_grad() << 2 | (bias.has_value() && bias->requires_grad()) << 3);
        return compute(first, beside, weight, bias.has_value() ? *bias : at::Tensor(), silu);
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        TORCH_CHECK(!c10::GradMode::is_enabled(), "a linear map by the kernels of CM.Torch has no second derivative");
        const auto saved = context->get_saved_variables();
        const auto &first = saved[0], &second = saved[1], &weight = saved[2];
        const auto gradient = gradients[0].contiguous();
        const bool silu = context->saved_data["silu"].toBool();
        const int64_t needs = context->saved_data["needs"].toInt(), size = first.size(1);
        variable_list given(5);
        if (needs & 1) {
            given[0] = at::mm(gradient, part(weight, 0, size));
            if (silu) given[0] = at::silu_backward(given[0], first);
        }
        if (needs & 2) given[1] = at::mm(gradient, part(weight, size, second.size(1)));
        if (needs & 4) {
            const auto turned = gradient.t(), bent = silu ? at::silu(first) : first;
            given[2] = at::empty_like(weight, at::MemoryFormat::Contiguous);
            auto left = part(given[2], 0, size);
            at::mm_out(left, turned, bent);
            if (second.defined()) {
                auto right = part(given[2], size, second.size(1));
                at::mm_out(right, turned, second);
            }
        }
        if (needs & 8) given[3] = gradient.sum(0);
        return given;
    }
};

at::Tensor linear_block(at::Tensor& first, TensorArg second, at::Tensor& weight, TensorArg bias, bool silu) {
    TORCH_CHECK(first.dim() == 2 && weight.dim() == 2 && (!second.impl || second->dim() == 2), "a linear map in one operation takes [B, size]");
    TORCH_CHECK(first.size(1) + (second.impl ? second->size(1) : 0) == weight.size(1), "the weights are for ", weight.size(1), " numbers, but ", first.size(1) + (second.impl ? second->size(1) : 0), " come in");
    const auto maybe = [](const TensorArg& tensor) { return tensor.impl ? Maybe(tensor.get()) : Maybe(); };
    if (!c10::GradMode::is_enabled()) return compute(first, second.get(), weight, bias.get(), silu);
    return LinearBlock::apply(first, maybe(second), weight, maybe(bias), silu);
}
}

TENSOR_OP(linear_block, (TensorArg first, TensorArg second, TensorArg weight, TensorArg bias, Flag silu), linear_block(first, second, weight, bias, silu))
