// A linear map of what stands before it, as one node of the graph:
//   [silu(first), second]·weightᵀ + bias
// where second may be missing, or one row for all samples. first is kept as it came, the joined input never exists, and of a part that needs no gradient none is worked out.
#include "Common.h"
#include "Kernels.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/record_function.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/graph_task.h>
#include <torch/csrc/autograd/variable.h>

#include <memory>

namespace {
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using Maybe = Optional<at::Tensor>;

// A matrix in memory: rows of so many numbers, step apart.
struct Matrix {
    const float* numbers;
    int64_t rows, columns, step;

    Matrix part(int64_t start, int64_t count) const { return {numbers + start, rows, count, step}; }
};

// Memory for numbers, whatever lies there.
std::unique_ptr<float[]> room(int64_t size) { return std::unique_ptr<float[]>(new float[size]); }

Matrix matrix(const at::Tensor& tensor) { return {tensor.data_ptr<float>(), tensor.size(0), tensor.size(1), tensor.size(1)}; }

// Rows in parts for the threads, not smaller than is worth a thread.
template <class F> void share(int64_t rows, int64_t work_of_row, F&& part) {
    at::parallel_for(0, rows, std::max<int64_t>(8, (1 << 20) / std::max<int64_t>(1, work_of_row)), part);
}

// Columns filled up to whole vectors with zeros, where they are not whole already.
struct Whole {
    std::unique_ptr<float[]> memory;
    Matrix matrix;

    explicit Whole(const Matrix& given) : matrix(given) {
        const int64_t wide = kernels().padded(given.columns);
        if (wide == given.columns) return;
        memory = room(given.rows * wide);
        for (int64_t i = 0; i < given.rows; ++i) {
            memcpy(memory.get() + i * wide, given.numbers + i * given.step, given.columns * sizeof(float));
            memset(memory.get() + i * wide + given.columns, 0, (wide - given.columns) * sizeof(float));
        }
        matrix = {memory.get(), given.rows, wide, wide};
    }
};

// x, or silu(x) once it was taken.
struct Bent {
    std::unique_ptr<float[]> memory;
    Matrix matrix;

    explicit Bent(const Matrix& x) : matrix(x) {}

    // gradient: that of silu(x), which becomes that of x on the way; null for none.
    void take(float* gradient = nullptr) {
        const int64_t columns = matrix.columns;
        const float* x = matrix.numbers;
        memory = room(matrix.rows * columns);
        share(matrix.rows, 16 * columns, [&](int64_t begin, int64_t end) {
            const int64_t at = begin * columns, count = (end - begin) * columns;
            if (gradient) kernels().silu_gradient(x + at, count, gradient + at, memory.get() + at);
            else kernels().silu(x + at, count, memory.get() + at);
        });
        matrix.numbers = memory.get();
    }
};

at::Tensor compute(const at::Tensor& first, const at::Tensor& second, const at::Tensor& weight, const at::Tensor& bias, bool silu) {
    RECORD_USER_SCOPE("linear map");
    const auto& kernel = kernels();
    const Matrix w = matrix(weight);
    const int64_t batch = first.size(0), size = first.size(1), wide = kernel.padded(w.rows);
    const auto packed = room(w.columns * wide);
    share(w.columns, 64 * w.rows, [&](int64_t begin, int64_t end) { kernel.turn(w.numbers + begin, w.columns, w.rows, end - begin, packed.get() + begin * wide); });
    Bent left(matrix(first));
    if (silu) left.take();
    const bool each = second.defined() && second.size(0) == batch;
    const auto start = room(wide); // of each sample
    memset(start.get(), 0, wide * sizeof(float));
    if (bias.defined()) memcpy(start.get(), bias.data_ptr<float>(), w.rows * sizeof(float));
    if (second.defined() && !each) kernel.multiply(second.data_ptr<float>(), second.size(1), packed.get() + size * wide, wide, 1, second.size(1), wide, start.get(), 0, start.get(), wide);
    auto out = at::empty({batch, w.rows}, first.options());
    float* to = out.data_ptr<float>();
    share(batch, w.rows * w.columns, [&](int64_t begin, int64_t end) {
        const bool straight = wide == w.rows;
        const auto memory = straight ? nullptr : room((end - begin) * wide);
        float* sum = straight ? to + begin * wide : memory.get();
        kernel.multiply(left.matrix.numbers + begin * size, size, packed.get(), wide, end - begin, size, wide, start.get(), 0, sum, wide);
        if (each) kernel.multiply(second.data_ptr<float>() + begin * second.size(1), second.size(1), packed.get() + size * wide, wide, end - begin, second.size(1), wide, sum, wide, sum, wide);
        if (straight) return;
        for (int64_t i = begin; i < end; ++i) memcpy(to + i * w.rows, sum + (i - begin) * wide, w.rows * sizeof(float));
    });
    return out;
}

// gradient·weight for the part of the weights that an input met.
at::Tensor input_gradient(const at::Tensor& gradient, const Matrix& weight) {
    RECORD_USER_SCOPE("linear map: gradient of the input");
    const auto& kernel = kernels();
    const Whole right(weight);
    const int64_t batch = gradient.size(0), wide = right.matrix.columns;
    auto padded = at::empty({batch, wide}, gradient.options());
    share(batch, weight.rows * wide, [&](int64_t begin, int64_t end) {
        kernel.multiply(gradient.data_ptr<float>() + begin * weight.rows, weight.rows, right.matrix.numbers, right.matrix.step, end - begin, weight.rows, wide, nullptr, 0, padded.data_ptr<float>() + begin * wide, wide);
    });
    return wide == weight.columns ? padded : padded.narrow(1, 0, weight.columns).contiguous();
}

// gradientᵀ·input, added to the columns of the weights' gradient that start at one, or put there.
void weight_gradient(const at::Tensor& gradient, const Matrix& input, at::Tensor& sum, int64_t start, bool adds) {
    RECORD_USER_SCOPE("linear map: gradient of the weights");
    constexpr int64_t deep = 512; // of the batch at a time stay in the cache
    const auto& kernel = kernels();
    const Whole right(input);
    const int64_t batch = input.rows, out = sum.size(0), wide = right.matrix.columns, step = sum.size(1);
    const bool straight = wide == input.columns;
    share(out, batch * wide, [&](int64_t begin, int64_t end) {
        const auto memory = straight ? nullptr : room((end - begin) * wide);
        float* to = straight ? sum.data_ptr<float>() + begin * step + start : memory.get();
        for (int64_t b = 0; b < batch; b += deep)
            kernel.multiply_turned(gradient.data_ptr<float>() + b * out + begin, out, right.matrix.numbers + b * right.matrix.step, right.matrix.step, end - begin, std::min(deep, batch - b), wide, b == 0 && !(adds && straight) ? nullptr : to, straight ? step : wide, to, straight ? step : wide);
        if (straight) return;
        for (int64_t i = begin; i < end; ++i) {
            float* row = sum.data_ptr<float>() + i * step + start;
            const float* from = memory.get() + (i - begin) * wide;
            for (int64_t j = 0; j < input.columns; ++j) row[j] = from[j] + (adds ? row[j] : 0);
        }
    });
}

// Where backward() would do nothing with a parameter's gradient but add it to what is there: what is there. Otherwise nothing.
at::Tensor gathered(const at::Tensor& parameter) {
    const auto* wanted = torch::autograd::get_current_graph_task_exec_info(); // by autograd.grad; empty for backward()
    if (!parameter.is_leaf() || (wanted && !wanted->empty()) || !torch::autograd::impl::hooks(parameter).empty()) return {};
    const auto& sum = parameter.grad();
    return sum.defined() && !sum.requires_grad() && sum.is_contiguous() && sum.scalar_type() == at::kFloat && sum.is_cpu() ? sum : at::Tensor();
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
        const Matrix w = matrix(weight);
        variable_list given(5);
        Bent bent(matrix(first));
        if (needs & 1) given[0] = input_gradient(gradient, w.part(0, size));
        if (silu && needs & 1) bent.take(given[0].data_ptr<float>());
        else if (silu && needs & 4) bent.take();
        const bool each = second.defined() && second.size(0) == first.size(0);
        at::Tensor sums;
        if (needs & 8 || (second.defined() && !each)) {
            sums = at::empty({1, w.rows}, first.options());
            kernels().channel_sums(gradient.data_ptr<float>(), gradient.size(0), w.rows, sums.data_ptr<float>());
        }
        if (needs & 2) given[1] = input_gradient(each ? gradient : sums, w.part(size, w.columns - size));
        if (needs & 4) {
            auto sum = gathered(weight);
            const bool adds = sum.defined();
            if (!adds) sum = given[2] = at::empty({w.rows, w.columns}, first.options());
            weight_gradient(gradient, bent.matrix, sum, 0, adds);
            if (second.defined()) weight_gradient(each ? gradient : sums, matrix(second), sum, size, adds);
            if (adds) sum.unsafeGetTensorImpl()->bump_version();
        }
        if (needs & 8) given[3] = sums.view({w.rows});
        return given;
    }
};

at::Tensor linear_block(at::Tensor& first, TensorArg second, at::Tensor& weight, TensorArg bias, bool silu) {
    TORCH_CHECK(first.dim() == 2 && weight.dim() == 2 && (!second.impl || (second->dim() == 2 && second->size(0) == first.size(0))), "a linear map in one operation takes [B, size]");
    TORCH_CHECK(first.numel() > 0, "the kernels take tensors that are not empty");
    TORCH_CHECK(first.size(1) + (second.impl ? second->size(1) : 0) == weight.size(1), "the weights are for ", weight.size(1), " numbers, but ", first.size(1) + (second.impl ? second->size(1) : 0), " come in");
    for (auto* each : {&first, &second.get(), &weight, &bias.get()}) TORCH_CHECK(!each->defined() || (each->scalar_type() == at::kFloat && each->is_cpu()), "the kernels take float32 on the CPU");
    TORCH_CHECK(!bias.impl || bias->numel() == weight.size(0), "the bias is [out]");
    const auto left = first.contiguous(), right = !second.impl ? at::Tensor() : shared(second) ? second->narrow(0, 0, 1).contiguous() : second->contiguous(), weights = weight.contiguous(), added = bias.impl ? bias->contiguous() : at::Tensor();
    if (!c10::GradMode::is_enabled()) return compute(left, right, weights, added, silu);
    const auto maybe = [](const at::Tensor& tensor) { return tensor.defined() ? Maybe(tensor) : Maybe(); };
    return LinearBlock::apply(left, maybe(right), weights, maybe(added), silu);
}
}

TENSOR_OP(linear_block, (TensorArg first, TensorArg second, TensorArg weight, TensorArg bias, Flag silu), linear_block(first, second, weight, bias, silu))
