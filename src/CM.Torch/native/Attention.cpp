// Self-attention over pixels as one node of the graph: the means of the values, weighted by the softmax over all keys of q·k/√(channels per head).
// A few queries are worked on at a time, so the weights of all pairs of pixels are never in memory; for the backward pass only what came in is kept.
#include "Common.h"
#include "Kernels.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/record_function.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <memory>

namespace {
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t tile = 48; // queries at a time

// One head of one image. Of its 3·c channels, channel 3·i + 0, 1, 2 is channel i of query, key, value.
struct Head {
    const Kernels& kernel = kernels();
    const int64_t pixels, channels, wide = kernel.padded(channels), columns = kernel.padded(pixels);
    const float scale = static_cast<float>(1 / std::sqrt(static_cast<double>(channels)));
    std::unique_ptr<float[]> memory;
    float *query, *key, *value, *turned_key, *weights;

    Head(int64_t pixels_, int64_t channels_, int64_t more) : pixels(pixels_), channels(channels_), memory(new float[3 * pixels * wide + channels * columns + tile * columns + more]()) {
        query = memory.get();
        key = query + pixels * wide;
        value = key + pixels * wide;
        turned_key = value + pixels * wide;
        weights = turned_key + channels * columns;
    }
    float* more() const { return weights + tile * columns; }

    void read(const float* qkv, int64_t step) {
        for (int64_t p = 0; p < pixels; ++p)
            for (int64_t c = 0; c < channels; ++c) {
                const float* from = qkv + p * step + 3 * c;
                query[p * wide + c] = from[0] * scale;
                key[p * wide + c] = from[1];
                value[p * wide + c] = from[2];
            }
        turn(key, turned_key);
    }
    // [pixels][wide] to [channels][columns].
    void turn(const float* from, float* to) const { kernel.turn(from, wide, pixels, channels, to); }
    // Of some queries over all keys.
    void weigh(int64_t first, int64_t count) {
        kernel.multiply(query + first * wide, wide, turned_key, columns, count, channels, columns, nullptr, 0, weights, columns);
        kernel.softmax(weights, count, pixels, columns);
    }
};

at::Tensor compute(const at::Tensor& qkv, int64_t heads) {
    RECORD_USER_SCOPE("attention");
    const int64_t batch = qkv.size(0), all = qkv.size(1) / 3, channels = all / heads, pixels = qkv.size(2) * qkv.size(3);
    auto out = at::empty({batch, all, qkv.size(2), qkv.size(3)}, qkv.options(), at::MemoryFormat::ChannelsLast);
    at::parallel_for(0, batch * heads, 1, [&](int64_t begin, int64_t end) {
        Head head(pixels, channels, tile * kernels().padded(channels));
        float* mixed = head.more();
        for (int64_t each = begin; each < end; ++each) {
            const int64_t b = each / heads, h = each % heads;
            head.read(qkv.data_ptr<float>() + b * pixels * 3 * all + 3 * h * channels, 3 * all);
            float* to = out.data_ptr<float>() + b * pixels * all + h * channels;
            for (int64_t first = 0; first < pixels; first += tile) {
                const int64_t count = std::min(tile, pixels - first);
                head.weigh(first, count);
                head.kernel.multiply(head.weights, head.columns, head.value, head.wide, count, pixels, head.wide, nullptr, 0, mixed, head.wide);
                for (int64_t p = 0; p < count; ++p) memcpy(to + (first + p) * all, mixed + p * head.wide, channels * sizeof(float));
            }
        }
    });
    return out;
}

at::Tensor input_gradient(const at::Tensor& qkv, const at::Tensor& gradient, int64_t heads) {
    RECORD_USER_SCOPE("attention: gradient");
    const int64_t batch = qkv.size(0), all = qkv.size(1) / 3, channels = all / heads, pixels = qkv.size(2) * qkv.size(3);
    auto given = at::empty_like(qkv, at::MemoryFormat::ChannelsLast);
    at::parallel_for(0, batch * heads, 1, [&](int64_t begin, int64_t end) {
        const int64_t wide = kernels().padded(channels), columns = kernels().padded(pixels), image = pixels * wide;
        Head head(pixels, channels, 4 * image + channels * columns + tile * columns);
        const auto& kernel = head.kernel;
        float *out_gradient = head.more(), *query_gradient = out_gradient + image, *key_gradient = query_gradient + image, *value_gradient = key_gradient + image;
        float *turned_value = value_gradient + image, *weight_gradient = turned_value + channels * columns;
        for (int64_t each = begin; each < end; ++each) {
            const int64_t b = each / heads, h = each % heads;
            head.read(qkv.data_ptr<float>() + b * pixels * 3 * all + 3 * h * channels, 3 * all);
            head.turn(head.value, turned_value);
            for (int64_t p = 0; p < pixels; ++p) memcpy(out_gradient + p * wide, gradient.data_ptr<float>() + (b * pixels + p) * all + h * channels, channels * sizeof(float));
            memset(key_gradient, 0, 2 * image * sizeof(float));
            for (int64_t first = 0; first < pixels; first += tile) {
                const int64_t count = std::min(tile, pixels - first);
                head.weigh(first, count);
                kernel.multiply(out_gradient + first * wide, wide, turned_value, columns, count, channels, columns, nullptr, 0, weight_gradient, columns);
                kernel.multiply_turned(head.weights, columns, out_gradient + first * wide, wide, pixels, count, wide, value_gradient, wide, value_gradient, wide);
                kernel.softmax_gradient(head.weights, count, columns, weight_gradient);
                kernel.multiply(weight_gradient, columns, head.key, wide, count, pixels, wide, nullptr, 0, query_gradient + first * wide, wide);
                kernel.multiply_turned(weight_gradient, columns, head.query + first * wide, wide, pixels, count, wide, key_gradient, wide, key_gradient, wide);
            }
            float* to = given.data_ptr<float>() + b * pixels * 3 * all + 3 * h * channels;
            for (int64_t p = 0; p < pixels; ++p)
                for (int64_t c = 0; c < channels; ++c) {
                    float* at = to + p * 3 * all + 3 * c;
                    at[0] = query_gradient[p * wide + c] * head.scale;
                    at[1] = key_gradient[p * wide + c];
                    at[2] = value_gradient[p * wide + c];
                }
        }
    });
    return given;
}

struct Attention : torch::autograd::Function<Attention> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& qkv, int64_t heads) {
        const auto dense = qkv.contiguous(at::MemoryFormat::ChannelsLast);
        context->save_for_backward({dense});
        context->saved_data["heads"] = heads;
        return compute(dense, heads);
    }
    static variable_list backward(AutogradContext* context, variable_list gradients) {
        TORCH_CHECK(!c10::GradMode::is_enabled(), "attention by the kernels of CM.Torch has no second derivative");
        return {input_gradient(context->get_saved_variables()[0], gradients[0].contiguous(at::MemoryFormat::ChannelsLast), context->saved_data["heads"].toInt()), {}};
    }
};

at::Tensor attention(at::Tensor& qkv, int64_t heads) {
    TORCH_CHECK(qkv.dim() == 4 && qkv.scalar_type() == at::kFloat && qkv.is_cpu() && qkv.numel() > 0, "the kernels take float32 images [B, 3C, H, W] on the CPU");
    TORCH_CHECK(heads > 0 && qkv.size(1) % (3 * heads) == 0, "3·", heads, " divides the channels, not ", qkv.size(1));
    return c10::GradMode::is_enabled() && qkv.requires_grad() ? Attention::apply(qkv, heads) : compute(qkv.contiguous(at::MemoryFormat::ChannelsLast), heads);
}
}

TENSOR_OP(attention, (TensorArg qkv, int64_t heads), attention(qkv, heads))
