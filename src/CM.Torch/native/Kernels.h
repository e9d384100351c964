// The inner loops that are written here instead of left to ATen: images lie in memory as [height][width][channels], all numbers are float32.
// Kernels.cpp is compiled once for each kind of processor; kernels() gives the one for this machine.
#pragma once

#include <cstdint>

// Which numbers of a pass stay: a function of the key, the place in the whole batch, and nothing else, so nothing has to be kept.
struct Mask {
    uint32_t key[2];
    uint32_t threshold; // of 2³²; below it a number becomes 0
    float scale;        // of the others; 0 where there is no mask
};

// A group norm on its way into a convolution: a·x + b for each channel.
struct Affine {
    const float *factor, *offset;
    bool silu;
};

// One side of a convolution that keeps the size: kernel 3 by Winograd's F(2×2, 3×3) over 16 positions of a tile, kernel 1 by one product.
struct Layer {
    int64_t height, width, in, out, kernel;
};

// What becomes of a result: (result + bias + residual)·scale.
struct Finish {
    const float *bias, *residual;
    float scale;
};

// A step of Adam or its kin: m ← keep₁·m + take₁·g, v ← keep₂·v + take₂·g² with g the gradient plus penalty·w, then w ← shrink·w − size·m/(√v + floor), or
// − size·m where there is no root.
struct AdamStep {
    float keep_first, take_first, keep_second, take_second, penalty, shrink, size, floor;
    bool rooted;
};

// w ← shrink·w − rate·sign(keep_in_step·m + take_in_step·g), then m ← keep·m + take·g.
struct LionStep {
    float keep_in_step, take_in_step, keep, take, shrink, rate;
};

struct Kernels {
    int64_t width; // floats in a vector

    // Means and 1/deviations of the groups of one image; shift is added to every channel before, or null.
    void (*statistics)(const float* x, const float* shift, int64_t pixels, int64_t channels, int64_t groups, double epsilon, float* mean, float* inverse);
    // The input of a convolution: activated, masked, channels filled up, with a border of zeros for kernel 3. place: of the image's first number in the whole batch.
    void (*prepare)(const float* x, const Affine* affine, const Mask& mask, uint32_t place, int64_t height, int64_t width, int64_t channels, int64_t border, float* prepared);
    // [out, in, kernel, kernel] to positions × [in][out] for the forward pass, positions × [out][in] turned by half for the backward pass.
    void (*pack)(const float* weight, const Layer& layer, bool backward, float* packed);
    // [height][width][out] of one prepared image; scratch holds scratch_size(layer) floats.
    void (*convolve)(const float* prepared, const float* packed, const Layer& layer, const Finish& finish, float* out, float* scratch);
    // Adds to positions × [in][out].
    void (*weight_gradient)(const float* prepared, const float* prepared_gradient, const Layer& layer, float* sum, float* scratch);
    // Positions × [in][out] to [out, in, kernel, kernel].
    void (*unpack)(const float* sum, const Layer& layer, float* gradient);
    // From the gradient of what prepare gave, without border, to that of a·x + b, in place; sums of it and of it times x over the pixels.
    void (*activation_gradient)(const float* x, const Affine& affine, const Mask& mask, uint32_t place, int64_t pixels, int64_t channels, float* gradient, float* sum, float* product);
    // gradient·factor + x·slope + level for each channel.
    void (*combine)(const float* gradient, const float* x, const float* factor, const float* slope, const float* level, int64_t pixels, int64_t channels, float* out);
    // Sums over the pixels.
    void (*channel_sums)(const float* x, int64_t pixels, int64_t channels, float* sum);
    // Numbers times their mask.
    void (*mask)(const float* x, const Mask& mask, uint32_t place, int64_t count, float* out);
    // [rows][columns] to [columns][rows filled up with zeros]; step: between rows of a.
    void (*turn)(const float* a, int64_t step, int64_t rows, int64_t columns, float* to);
    // eˣ over its sum for each of the rows, step apart, a multiple of the vectors; what lies behind the columns becomes 0.
    void (*softmax)(float* x, int64_t rows, int64_t columns, int64_t step);
    // From the gradient of what softmax gave to that of its input, in place.
    void (*softmax_gradient)(const float* given, int64_t rows, int64_t step, float* gradient);
    // x·σ(x); the gradient through it in place, and x·σ(x) beside it.
    void (*silu)(const float* x, int64_t count, float* out);
    void (*silu_gradient)(const float* x, int64_t count, float* gradient, float* out);
    // The cosines and sines of a number times each frequency.
    void (*waves)(float number, const float* frequencies, int64_t count, float* cosines, float* sines);
    // c = from + a·b, or from + aᵀ·b, for b of [depth][wide] with wide a multiple of the vectors; step: between rows, of a [rows][depth], or [depth][rows]. from: null for
    // nothing, c itself, or numbers whose rows are step_from apart, 0 for one row that is added to all.
    using Multiply = void(const float* a, int64_t step, const float* b, int64_t step_b, int64_t rows, int64_t depth, int64_t wide, const float* from, int64_t step_from, float* c, int64_t step_c);
    Multiply *multiply, *multiply_turned;
    void (*adam)(float* weights, const float* gradients, float* first, float* second, const AdamStep& step, int64_t count);
    void (*lion)(float* weights, const float* gradients, float* mean, const LionStep& step, int64_t count);
    // a ← keep·a + take·w.
    void (*average)(float* average, const float* weights, float keep, float take, int64_t count);
    double (*squares)(const float* x, int64_t count);
    void (*scale)(float* x, float factor, int64_t count);

    int64_t padded(int64_t channels) const { return (channels + width - 1) / width * width; }
    static int64_t border(int64_t kernel) { return kernel / 2; }
    static int64_t even(int64_t side, int64_t kernel) { return kernel == 3 ? (side + 1) / 2 * 2 : side; }
    static int64_t positions(int64_t kernel) { return kernel == 3 ? 16 : 1; }
    // How many floats they hold.
    int64_t prepared_size(int64_t height, int64_t width_, int64_t channels, int64_t kernel) const {
        return (even(height, kernel) + 2 * border(kernel)) * (even(width_, kernel) + 2 * border(kernel)) * padded(channels);
    }
    int64_t packed_size(const Layer& layer, bool backward) const {
        return positions(layer.kernel) * (backward ? layer.out * padded(layer.in) : layer.in * padded(layer.out));
    }
    int64_t scratch_size(const Layer& layer) const { return positions(layer.kernel) * (tiles * (padded(layer.in) + padded(layer.out)) + 2 * width); }
    static constexpr int64_t tiles = 96; // that are worked on together
};

const Kernels& kernels();
