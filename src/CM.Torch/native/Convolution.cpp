// A convolution that keeps the size of images, with what stands before it and after it in a residual block, as one node of the graph:
//   ((silu(norm(x + shift)) · mask) ∗ weight + bias + residual) · scale
// Every part but x may be missing. Image after image stays in the cache; for the backward pass x is kept and nothing else: what lies between is worked out again.
#include "Common.h"
#include "Kernels.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/record_function.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cstdlib>
#include <memory>

extern const Kernels kernels_avx512, kernels_avx2;

static int64_t best_width() {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) return 16;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return 8;
#endif
    return 0;
}
// CM_KERNELS, if set, says what is wanted: 0 for ATen alone.
static int64_t wanted_width() {
    const char* wanted = getenv("CM_KERNELS");
    return wanted && *wanted ? std::min<int64_t>(atoi(wanted) / 8 * 8, best_width()) : best_width();
}
static int64_t chosen_width = wanted_width();

const Kernels& kernels() {
#if defined(__x86_64__)
    if (chosen_width == 16) return kernels_avx512;
    if (chosen_width == 8) return kernels_avx2;
#endif
    throw std::runtime_error("there are no kernels for this processor");
}

// How many floats the vectors of the kernels hold; 0 where there are none.
EXPORT int64_t cm_kernel_width() { return chosen_width; }
INPLACE_OP(set_kernel_width, (int64_t width), {
    TORCH_CHECK(width == 0 || width == 8 || width == 16, "kernels have vectors of 8 or 16 floats, not ", width);
    TORCH_CHECK(width <= best_width(), "this processor has no vectors of ", width, " floats");
    chosen_width = width;
})

static Mask mask_of(double probability, uint64_t seed) {
    uint64_t z = seed + 0x9E3779B97F4A7C15u; // SplitMix64
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    return {{static_cast<uint32_t>(z), static_cast<uint32_t>(z >> 32)}, static_cast<uint32_t>(probability * 4294967296.0), probability > 0 ? static_cast<float>(1 / (1 - probability)) : 0.0f};
}

namespace {
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// All of it but the tensors.
struct Settings {
    int64_t groups;
    double epsilon;
    bool silu;
    double probability;
    uint64_t seed;
    double scale;
};

struct Tensors {
    at::Tensor x, shift, factor, offset, weight, bias, residual, rows, moments; // moments: means and 1/deviations, [2, B, groups]
};

const float* numbers(const at::Tensor& tensor) { return tensor.defined() ? tensor.data_ptr<float>() : nullptr; }
at::Tensor dense(const at::Tensor& tensor) { return tensor.defined() ? tensor.contiguous() : tensor; }
at::Tensor images(const at::Tensor& tensor) { return tensor.defined() ? tensor.contiguous(at::MemoryFormat::ChannelsLast) : tensor; }

// What one thread works with, in one piece of memory.
struct Desk {
    std::unique_ptr<float[]> memory;
    int64_t used = 0;

    explicit Desk(int64_t size) : memory(new float[size]) {} // whatever lies there
    float* take(int64_t size) {
        float* place = memory.get() + used;
        used += size;
        return place;
    }
};

struct Work {
    const Settings& settings;
    const Tensors& t;
    const Kernels& kernel = kernels();
    const int64_t batch = t.x.size(0), channels = t.x.size(1), height = t.x.size(2), width = t.x.size(3), pixels = height * width;
    const bool convolves = t.weight.defined(), norms = settings.groups > 0;
    const Layer layer{height, width, channels, convolves ? t.weight.size(0) : channels, convolves ? t.weight.size(2) : 1};
    const Mask mask = mask_of(settings.probability, settings.seed), none{{0, 0}, 0, 0};
    const bool acts = norms || settings.silu || mask.scale != 0;

    const float* image(const at::Tensor& tensor, int64_t b) const { return tensor.defined() ? numbers(tensor) + b * tensor.size(1) * pixels : nullptr; }
    // A number for each channel, of each sample or of all.
    const float* channel(const at::Tensor& tensor, int64_t b) const { return tensor.defined() ? numbers(tensor) + (tensor.dim() == 2 ? b * channels : 0) : nullptr; }
    uint32_t place(int64_t b) const { return static_cast<uint32_t>((t.rows.defined() ? t.rows.data_ptr<int64_t>()[b] : b) * pixels * channels); }
    float* mean(int64_t b) const { return t.moments.data_ptr<float>() + b * settings.groups; }
    float* inverse(int64_t b) const { return mean(b) + batch * settings.groups; }

    // The norm as a·x + b.
    Affine affine(int64_t b, float* factor, float* offset) const {
        const float *gamma = channel(t.factor, b), *beta = channel(t.offset, b), *shift = channel(t.shift, b);
        for (int64_t c = 0; c < channels; ++c) {
            const int64_t group = norms ? c / (channels / settings.groups) : 0;
            factor[c] = norms ? inverse(b)[group] * gamma[c] : 1;
            offset[c] = norms ? beta[c] + ((shift ? shift[c] : 0) - mean(b)[group]) * factor[c] : shift ? shift[c] : 0;
        }
        return {factor, offset, settings.silu};
    }

    template <class F> void share(F&& one_part) const {
        const int64_t parts = std::min<int64_t>(at::get_num_threads(), batch);
        at::parallel_for(0, parts, 1, [&](int64_t begin, int64_t end) {
            for (int64_t part = begin; part < end; ++part) one_part(part, batch * part / parts, batch * (part + 1) / parts);
        });
    }
    int64_t parts() const { return std::min<int64_t>(at::get_num_threads(), batch); }

    at::Tensor forward() const {
        auto out = at::empty({batch, layer.out, height, width}, t.x.options(), at::MemoryFormat::ChannelsLast);
        Desk packed(convolves ? kernel.packed_size(layer, false) : 0);
        if (convolves) kernel.pack(numbers(t.weight), layer, false, packed.memory.get());
        const int64_t prepared_size = kernel.prepared_size(height, width, channels, layer.kernel);
        share([&](int64_t, int64_t begin, int64_t end) {
            Desk desk(prepared_size + (convolves ? kernel.scratch_size(layer) : 0) + 2 * channels);
            float *prepared = desk.take(prepared_size), *factor = desk.take(channels), *offset = desk.take(channels), *scratch = desk.memory.get() + desk.used;
            for (int64_t b = begin; b < end; ++b) {
                float* to = out.data_ptr<float>() + b * pixels * layer.out;
                RECORD_USER_SCOPE("norm, SiLU, dropout");
                if (norms) kernel.statistics(image(t.x, b), channel(t.shift, b), pixels, channels, settings.groups, settings.epsilon, mean(b), inverse(b));
                const Affine a = affine(b, factor, offset);
                const bool straight = !convolves && kernel.padded(channels) == channels;
                kernel.prepare(image(t.x, b), acts || t.shift.defined() ? &a : nullptr, mask, place(b), height, width, channels, Kernels::border(layer.kernel), straight ? to : prepared);
                if (convolves) {
                    RECORD_USER_SCOPE("convolution");
                    kernel.convolve(prepared, packed.memory.get(), layer, {numbers(t.bias), image(t.residual, b), static_cast<float>(settings.scale)}, to, scratch);
                }
                else if (!straight)
                    for (int64_t i = 0; i < pixels; ++i) memcpy(to + i * channels, prepared + i * kernel.padded(channels), channels * sizeof(float));
            }
        });
        return out;
    }

    // Gradients of x, shift, factor, offset, weight and bias; needs[i] says of which.
    std::array<at::Tensor, 6> backward(const at::Tensor& gradient, const std::array<bool, 6>& needs) const {
        const bool needs_input = needs[0] || needs[1] || needs[2] || needs[3];
        const Layer turned{height, width, layer.out, layer.in, layer.kernel};
        const int64_t sums = convolves ? kernel.packed_size(layer, false) : 0;
        std::array<at::Tensor, 6> given;
        const auto options = t.x.options();
        if (needs_input) given[0] = at::empty_like(t.x, at::MemoryFormat::ChannelsLast);
        if (needs_input && norms) given[2] = at::empty({batch, channels}, options), given[3] = at::empty({batch, channels}, options);
        if (needs[1]) given[1] = at::empty({batch, channels}, options);
        std::vector<float> packed(convolves && needs_input ? kernel.packed_size(layer, true) : 0);
        if (!packed.empty()) kernel.pack(numbers(t.weight), layer, true, packed.data());
        std::vector<float> weight_sums(convolves && needs[4] ? parts() * sums : 0), bias_sums(needs[5] ? parts() * layer.out : 0);

        const int64_t size_in = kernel.prepared_size(height, width, layer.in, layer.kernel), size_out = kernel.prepared_size(height, width, layer.out, layer.kernel);
        const int64_t scratch_size = convolves ? kernel.scratch_size(layer) : 0;
        share([&](int64_t part, int64_t begin, int64_t end) {
            Desk desk(size_in + size_out + scratch_size + pixels * channels + 8 * channels + layer.out);
            float *prepared = desk.take(size_in), *prepared_gradient = desk.take(size_out), *scratch = desk.take(scratch_size), *inner = desk.take(pixels * channels);
            float *factor = desk.take(channels), *offset = desk.take(channels), *rest = desk.take(6 * channels), *sum = desk.take(layer.out);
            for (int64_t b = begin; b < end; ++b) {
                const float* from = gradient.data_ptr<float>() + b * pixels * layer.out;
                const Affine a = affine(b, factor, offset);
                const bool changes = acts || t.shift.defined();
                RECORD_USER_SCOPE("norm, SiLU, dropout: gradient");
                if (convolves) kernel.prepare(from, nullptr, none, 0, height, width, layer.out, Kernels::border(layer.kernel), prepared_gradient);
                if (!weight_sums.empty()) {
                    kernel.prepare(image(t.x, b), changes ? &a : nullptr, mask, place(b), height, width, channels, Kernels::border(layer.kernel), prepared);
                    RECORD_USER_SCOPE("convolution: gradient of the weights");
                    kernel.weight_gradient(prepared, prepared_gradient, layer, weight_sums.data() + part * sums, scratch);
                }
                if (!bias_sums.empty()) {
                    kernel.channel_sums(from, pixels, layer.out, sum);
                    for (int64_t o = 0; o < layer.out; ++o) bias_sums[part * layer.out + o] += sum[o];
                }
                if (!needs_input) continue;
                float* to = given[0].data_ptr<float>() + b * pixels * channels;
                float* work = acts ? inner : to;
                if (convolves) {
                    RECORD_USER_SCOPE("convolution: gradient of the input");
                    kernel.convolve(prepared_gradient, packed.data(), turned, {nullptr, nullptr, 1}, work, scratch);
                }
                else memcpy(work, from, pixels * channels * sizeof(float));
                if (acts) through_activation(b, a, work, rest, to, given);
                else if (needs[1]) kernel.channel_sums(to, pixels, channels, given[1].data_ptr<float>() + b * channels);
            }
        });

        if (!weight_sums.empty()) {
            for (int64_t part = 1; part < parts(); ++part)
                for (int64_t i = 0; i < sums; ++i) weight_sums[i] += weight_sums[part * sums + i];
            given[4] = at::empty(t.weight.sizes(), options);
            kernel.unpack(weight_sums.data(), layer, given[4].data_ptr<float>());
        }
        if (!bias_sums.empty()) {
            given[5] = at::zeros({layer.out}, options);
            for (size_t i = 0; i < bias_sums.size(); ++i) given[5].data_ptr<float>()[i % layer.out] += bias_sums[i];
        }
        for (int i = 2; i < 4; ++i)
            if (given[i].defined() && (i == 2 ? t.factor : t.offset).dim() == 1) given[i] = given[i].sum(0);
        for (int i = 0; i < 4; ++i)
            if (!needs[i]) given[i] = at::Tensor();
        return given;
    }

    // The gradient through mask, SiLU and norm of one image (Wu and He 2018).
    void through_activation(int64_t b, const Affine& a, float* gradient, float* rest, float* to, std::array<at::Tensor, 6>& given) const {
        float *sum = rest, *product = rest + channels, *slope = rest + 2 * channels, *level = rest + 3 * channels, *totals = rest + 4 * channels;
        const float *shift = channel(t.shift, b), *gamma = channel(t.factor, b);
        kernel.activation_gradient(image(t.x, b), a, mask, place(b), pixels, channels, gradient, sum, product);
        if (!norms) {
            memcpy(to, gradient, pixels * channels * sizeof(float));
            if (given[1].defined()) memcpy(given[1].data_ptr<float>() + b * channels, sum, channels * sizeof(float));
            return;
        }
        const int64_t each = channels / settings.groups;
        float *factor_gradient = given[2].data_ptr<float>() + b * channels, *offset_gradient = given[3].data_ptr<float>() + b * channels;
        for (int64_t g = 0; g < settings.groups; ++g) {
            const double middle = mean(b)[g], inverted = inverse(b)[g], count = static_cast<double>(each * pixels);
            double by_sum = 0, by_product = 0;
            for (int64_t c = g * each; c < (g + 1) * each; ++c) {
                const double moved = product[c] + (shift ? static_cast<double>(shift[c]) * sum[c] : 0);
                by_sum += static_cast<double>(gamma[c]) * sum[c];
                by_product += gamma[c] * moved;
                factor_gradient[c] = static_cast<float>(inverted * (moved - middle * sum[c]));
                offset_gradient[c] = sum[c];
            }
            const double tilt = (by_sum * middle - by_product) * inverted * inverted * inverted / count;
            const double base = -tilt * middle - by_sum * inverted / count;
            for (int64_t c = g * each; c < (g + 1) * each; ++c) {
                slope[c] = static_cast<float>(tilt);
                level[c] = static_cast<float>(base + (shift ? tilt * shift[c] : 0));
            }
        }
        kernel.combine(gradient, image(t.x, b), a.factor, slope, level, pixels, channels, to);
        if (!given[1].defined()) return;
        kernel.channel_sums(to, pixels, channels, totals);
        memcpy(given[1].data_ptr<float>() + b * channels, totals, channels * sizeof(float));
    }
};

struct ConvolutionBlock : torch::autograd::Function<ConvolutionBlock> {
    using Maybe = Optional<at::Tensor>;

    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const Maybe& shift, const Maybe& factor, const Maybe& offset, const Maybe& weight, const Maybe& bias,
        const Maybe& residual, const Tensors& tensors, const Settings& settings) {
        if (context) {
            context->save_for_backward({tensors.x, tensors.shift, tensors.factor, tensors.offset, tensors.weight, tensors.rows, tensors.moments});
            const bool needs[] = {x.requires_grad(), asks(shift), asks(factor), asks(offset), asks(weight), asks(bias), asks(residual)};
            int64_t bits = 0;
            for (int i = 0; i < 7; ++i) bits |= static_cast<int64_t>(needs[i]) << i;
            context->saved_data["needs"] = bits;
            context->saved_data["groups"] = settings.groups;
            context->saved_data["epsilon"] = settings.epsilon;
            context->saved_data["silu"] = settings.silu;
            context->saved_data["probability"] = settings.probability;
            context->saved_data["seed"] = static_cast<int64_t>(settings.seed);
            context->saved_data["scale"] = settings.scale;
        }
        return Work{settings, tensors}.forward();
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        TORCH_CHECK(!c10::GradMode::is_enabled(), "a convolution by the kernels of CM.Torch has no second derivative");
        auto& data = context->saved_data;
        const Settings settings{data["groups"].toInt(), data["epsilon"].toDouble(), data["silu"].toBool(), data["probability"].toDouble(), static_cast<uint64_t>(data["seed"].toInt()), data["scale"].toDouble()};
        const auto saved = context->get_saved_variables();
        const Tensors tensors{saved[0], saved[1], saved[2], saved[3], saved[4], {}, {}, saved[5], saved[6]};
        auto gradient = images(gradients[0]);
        if (settings.scale != 1) gradient = at::mul(gradient, at::Scalar(settings.scale));
        const int64_t bits = data["needs"].toInt();
        std::array<bool, 6> needs;
        for (int i = 0; i < 6; ++i) needs[i] = bits >> i & 1;
        auto given = Work{settings, tensors}.backward(gradient, needs);
        return {given[0], given[1], given[2], given[3], given[4], given[5], bits >> 6 & 1 ? gradient : at::Tensor(), {}, {}};
    }

    static bool asks(const Maybe& tensor) { return tensor.has_value() && tensor->requires_grad(); }
};

Optional<at::Tensor> maybe(const TensorArg& tensor) { return tensor.impl ? Optional<at::Tensor>(tensor.get()) : Optional<at::Tensor>(); }

at::Tensor convolution_block(at::Tensor& x, TensorArg shift, TensorArg factor, TensorArg offset, TensorArg weight, TensorArg bias, TensorArg residual, TensorArg rows, const Settings& settings) {
    TORCH_CHECK(x.dim() == 4 && x.scalar_type() == at::kFloat && x.is_cpu(), "the kernels take float32 images [B, C, H, W] on the CPU");
    TORCH_CHECK(x.numel() > 0, "the kernels take images that are not empty");
    const int64_t channels = x.size(1);
    TORCH_CHECK(settings.groups == 0 || (channels % settings.groups == 0 && factor.impl && offset.impl), "a norm needs groups that divide the channels, a factor and an offset");
    for (auto each : {shift, factor, offset})
        TORCH_CHECK(!each.impl || (each->size(-1) == channels && (each->dim() == 1 || (each->dim() == 2 && each->size(0) == x.size(0)))), "a number for each of ", channels, " channels is [C] or [B, C]");
    TORCH_CHECK(!shift.impl || shift->dim() == 2, "the shift is [B, C]");
    if (weight.impl) {
        TORCH_CHECK(weight->dim() == 4 && weight->size(1) == channels && weight->size(2) == weight->size(3) && (weight->size(2) == 1 || weight->size(2) == 3), "the kernels take weights [out, ", channels, ", 1 or 3, 1 or 3]");
        TORCH_CHECK(!bias.impl || bias->numel() == weight->size(0), "the bias is [out]");
        TORCH_CHECK(!residual.impl || (residual->dim() == 4 && residual->size(0) == x.size(0) && residual->size(1) == weight->size(0) && residual->size(2) == x.size(2) && residual->size(3) == x.size(3)), "the residual has the shape of the result");
    }
    TORCH_CHECK(weight.impl || (!bias.impl && !residual.impl && settings.scale == 1), "without weights there is neither bias, residual nor scale");
    TORCH_CHECK(!rows.impl || (rows->scalar_type() == at::kLong && rows->numel() == x.size(0)), "there is a row for each sample");
    Tensors tensors;
    {
        c10::NoGradGuard guard;
        tensors = {images(x), dense(shift), dense(factor), dense(offset), dense(weight), dense(bias), images(residual), dense(rows), settings.groups > 0 ? at::empty({2, x.size(0), settings.groups}, x.options()) : at::Tensor()};
    }
    bool records = false;
    for (auto* each : {&x, &shift.get(), &factor.get(), &offset.get(), &weight.get(), &bias.get(), &residual.get()}) records |= each->defined() && each->requires_grad();
    if (!records || !c10::GradMode::is_enabled()) return Work{settings, tensors}.forward();
    return ConvolutionBlock::apply(x, maybe(shift), maybe(factor), maybe(offset), maybe(weight), maybe(bias), maybe(residual), tensors, settings);
}

struct DropoutByPlace : torch::autograd::Function<DropoutByPlace> {
    static at::Tensor masked(const at::Tensor& x, const at::Tensor& rows, double probability, int64_t seed) {
        const auto from = x.contiguous(x.suggest_memory_format());
        auto out = at::empty_like(from);
        const int64_t batch = std::max<int64_t>(1, from.size(0)), size = from.numel() / batch;
        const auto mask = mask_of(probability, static_cast<uint64_t>(seed));
        at::parallel_for(0, from.size(0), 1, [&](int64_t begin, int64_t end) {
            for (int64_t b = begin; b < end; ++b)
                kernels().mask(from.data_ptr<float>() + b * size, mask, static_cast<uint32_t>((rows.defined() ? rows.data_ptr<int64_t>()[b] : b) * size), size, out.data_ptr<float>() + b * size);
        });
        return out;
    }
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const Optional<at::Tensor>& rows, double probability, int64_t seed) {
        const auto dense_rows = rows.has_value() ? rows->contiguous() : at::Tensor();
        context->save_for_backward({dense_rows});
        context->saved_data["probability"] = probability;
        context->saved_data["seed"] = seed;
        return masked(x, dense_rows, probability, seed);
    }
    static variable_list backward(AutogradContext* context, variable_list gradients) {
        return {masked(gradients[0], context->get_saved_variables()[0], context->saved_data["probability"].toDouble(), context->saved_data["seed"].toInt()), {}, {}, {}};
    }
};

at::Tensor dropout_by_place(at::Tensor& x, TensorArg rows, double probability, uint64_t seed) {
    TORCH_CHECK(x.scalar_type() == at::kFloat && x.is_cpu() && x.dim() > 0, "the kernels take float32 on the CPU");
    TORCH_CHECK(!rows.impl || (rows->scalar_type() == at::kLong && rows->numel() == x.size(0)), "there is a row for each sample");
    return DropoutByPlace::apply(x, maybe(rows), probability, static_cast<int64_t>(seed));
}
}

TENSOR_OP(convolution_block, (TensorArg x, TensorArg shift, TensorArg factor, TensorArg offset, TensorArg weight, TensorArg bias, TensorArg residual, TensorArg rows, int64_t groups, double epsilon, Flag silu, double probability, uint64_t seed, double scale),
    convolution_block(x, shift, factor, offset, weight, bias, residual, rows, {groups, epsilon, silu, probability, seed, scale}))
// Dropout whose mask is a function of the seed and the place in the whole batch alone.
TENSOR_OP(dropout_by_place, (TensorArg x, TensorArg rows, double probability, uint64_t seed), dropout_by_place(x, rows, probability, seed))
