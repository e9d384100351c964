// Steps over flat tensors: each one pass over memory.
#include "Common.h"
#include "Kernels.h"

#include <ATen/Parallel.h>

#include <cmath>

static float* flat(const TensorArg& tensor, int64_t count) {
    TORCH_CHECK(tensor->scalar_type() == at::kFloat && tensor->is_cpu() && tensor->is_contiguous() && tensor->numel() == count, "the kernels take flat float32 tensors of one length on the CPU");
    return tensor->data_ptr<float>();
}

static constexpr int64_t grain = 1 << 15;

static void adam(float* w, const float* g, float* m, float* v, int64_t count, const AdamStep& step) {
    at::parallel_for(0, count, grain, [&](int64_t begin, int64_t end) { kernels().adam(w + begin, g + begin, m + begin, v + begin, step, end - begin); });
}
static void lion(float* w, const float* g, float* m, int64_t count, const LionStep& step) {
    at::parallel_for(0, count, grain, [&](int64_t begin, int64_t end) { kernels().lion(w + begin, g + begin, m + begin, step, end - begin); });
}
static void average(float* a, const float* w, int64_t count, float keep, float take) {
    at::parallel_for(0, count, grain, [&](int64_t begin, int64_t end) { kernels().average(a + begin, w + begin, keep, take, end - begin); });
}
// The same sum whatever the number of threads.
static double clip(float* g, int64_t count, double bound) {
    std::vector<double> sums((count + grain - 1) / grain);
    at::parallel_for(0, static_cast<int64_t>(sums.size()), 1, [&](int64_t begin, int64_t end) {
        for (int64_t part = begin; part < end; ++part) sums[part] = kernels().squares(g + part * grain, std::min(grain, count - part * grain));
    });
    double total = 0;
    for (double sum : sums) total += sum;
    const double norm = std::sqrt(total), factor = bound / (norm + 1e-6);
    // Of a norm that is no number all gradients become none either, as with torch.
    if (!(factor >= 1)) at::parallel_for(0, count, grain, [&](int64_t begin, int64_t end) { kernels().scale(g + begin, static_cast<float>(factor), end - begin); });
    return norm;
}

INPLACE_OP(adam_step, (TensorArg weights, TensorArg gradients, TensorArg first, TensorArg second, double beta1, double beta2, double penalty, double shrink, double size, Flag rooted, double floor),
    adam(flat(weights, weights->numel()), flat(gradients, weights->numel()), flat(first, weights->numel()), flat(second, weights->numel()), weights->numel(),
        {static_cast<float>(beta1), static_cast<float>(1 - beta1), static_cast<float>(beta2), static_cast<float>(1 - beta2), static_cast<float>(penalty), static_cast<float>(shrink), static_cast<float>(size), static_cast<float>(floor), rooted}))
INPLACE_OP(lion_step, (TensorArg weights, TensorArg gradients, TensorArg mean, double beta1, double beta2, double shrink, double rate),
    lion(flat(weights, weights->numel()), flat(gradients, weights->numel()), flat(mean, weights->numel()), weights->numel(),
        {static_cast<float>(beta1), static_cast<float>(1 - beta1), static_cast<float>(beta2), static_cast<float>(1 - beta2), static_cast<float>(shrink), static_cast<float>(rate)}))
INPLACE_OP(average_step, (TensorArg mean, TensorArg weights, double keep),
    average(flat(mean, weights->numel()), flat(weights, weights->numel()), weights->numel(), static_cast<float>(keep), static_cast<float>(1 - keep)))
INPLACE_OP(clip_norm, (TensorArg gradients, double bound, double* norm), *norm = clip(flat(gradients, gradients->numel()), gradients->numel(), bound))
