// Modules that TorchScript has saved.
#include "Common.h"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

using Script = torch::jit::Module;

static at::Tensor one_tensor(const c10::IValue& result) {
    if (!result.isTensor()) throw std::invalid_argument("the script gives " + result.tagKind() + ", and one tensor was expected");
    return result.toTensor();
}

static std::vector<c10::IValue> values(const TensorArg* tensors, const Number* numbers, int64_t count) {
    std::vector<c10::IValue> result;
    for (int64_t i = 0; i < count; ++i) {
        if (tensors[i].impl) result.emplace_back(tensors[i].get());
        else if (numbers[i].kind == 3) result.emplace_back();
        else result.emplace_back(at::Scalar(numbers[i]));
    }
    return result;
}

EXPORT int32_t cm_jit_load(const char* path, int32_t device, int32_t index, Script** module) {
    *module = nullptr;
    return guard_done([&] {
        const auto where = at::Device(static_cast<at::DeviceType>(device), static_cast<c10::DeviceIndex>(index));
        *module = new Script(torch::jit::load(path, where));
    });
}
EXPORT void cm_jit_free(Script* module) { delete module; }
INPLACE_OP(jit_train, (Script* module, Flag on), module->train(on))
INPLACE_OP(jit_inputs, (Script* module, int64_t* count), *count = static_cast<int64_t>(module->get_method("forward").num_inputs()) - 1)
TENSOR_OP(jit_forward, (Script* module, const TensorArg* tensors, const Number* numbers, int64_t count), one_tensor(module->forward(values(tensors, numbers, count))))
