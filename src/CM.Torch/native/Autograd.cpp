// Gradients: who has them, and the walk back.
#include "Common.h"

#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/anomaly_mode.h>
#include <torch/csrc/autograd/autograd.h>

INPLACE_OP(requires_grad_, (TensorArg self, Flag requires_grad), self->requires_grad_(requires_grad))
INPLACE_OP(retain_grad, (TensorArg self), self->retain_grad())
INPLACE_OP(grad, (TensorArg self, Handle* grad), *grad = give(self->grad()))

// torch lets any tensor be set and fails, or reads past the end, much later: a gradient has the shape, type and place of its tensor.
INPLACE_OP(set_grad, (TensorArg self, TensorArg grad), {
    if (!grad.impl) {
        self->mutable_grad() = at::Tensor();
        return;
    }
    TORCH_CHECK(grad->sizes() == self->sizes(), "grad of shape ", grad->sizes(), " assigned to a tensor of shape ", self->sizes());
    TORCH_CHECK(grad->scalar_type() == self->scalar_type(), "grad of type ", grad->scalar_type(), " assigned to a tensor of type ", self->scalar_type());
    TORCH_CHECK(grad->device() == self->device(), "grad on ", grad->device(), " assigned to a tensor on ", self->device());
    self->mutable_grad() = grad;
})

INPLACE_OP(backward, (const TensorArg* list, int64_t count, const TensorArg* gradients, int64_t gradients_count, Flag has_retain, Flag retain, Flag create, const TensorArg* inputs, int64_t inputs_count),
    torch::autograd::backward(tensors(list, count), tensors(gradients, gradients_count), has_retain ? Optional<bool>(bool(retain)) : Optional<bool>(), create, tensors(inputs, inputs_count)))
MANY_OP(gradients, (const TensorArg* outputs, int64_t outputs_count, const TensorArg* inputs, int64_t inputs_count, const TensorArg* gradients, int64_t gradients_count, Flag retain, Flag create, Flag allow_unused),
    torch::autograd::grad(tensors(outputs, outputs_count), tensors(inputs, inputs_count), tensors(gradients, gradients_count), retain, create, allow_unused))

EXPORT int32_t cm_grad_enabled() { return c10::GradMode::is_enabled(); }
EXPORT void cm_set_grad_enabled(Flag enabled) { c10::GradMode::set_enabled(enabled); }
EXPORT int32_t cm_inference_enabled() { return c10::InferenceMode::is_enabled(); }
EXPORT c10::InferenceMode* cm_inference_enter(Flag enabled) { return new c10::InferenceMode(bool(enabled)); }
EXPORT void cm_inference_leave(c10::InferenceMode* mode) { delete mode; }

EXPORT int32_t cm_anomaly_enabled() { return torch::autograd::AnomalyMode::is_enabled(); }
EXPORT int32_t cm_anomaly_checks_nan() { return torch::autograd::AnomalyMode::should_check_nan(); }
EXPORT void cm_set_anomaly(Flag enabled, Flag check_nan) { torch::autograd::AnomalyMode::set_enabled(enabled, check_nan); }
