// The inner loops of Kernels.h for one kind of processor: CM_KIND names it, CM_WIDTH is how many floats its vectors hold. Nothing of libtorch
// or of the standard library is included: an inline function compiled for this processor could be taken by the linker for all of them.
#include "Kernels.h"

#if CM_WIDTH == 16
#define ROWS 6
#define PANEL 4
#else
#define ROWS 4
#define PANEL 2
#endif

namespace {
constexpr int64_t W = CM_WIDTH;
typedef float Vector __attribute__((vector_size(W * 4)));
typedef float Loose __attribute__((vector_size(W * 4), aligned(4), may_alias));
typedef int32_t Integers __attribute__((vector_size(W * 4)));
typedef uint32_t Naturals __attribute__((vector_size(W * 4)));

inline Vector load(const float* p) { return *reinterpret_cast<const Loose*>(p); }
inline void store(float* p, Vector v) { *reinterpret_cast<Loose*>(p) = v; }
inline Vector some(const float* p, int64_t count) {
    if (count >= W) return load(p);
    Vector v = {};
    for (int64_t i = 0; i < count; ++i) v[i] = p[i];
    return v;
}
inline void store_some(float* p, Vector v, int64_t count) {
    if (count >= W) return store(p, v);
    for (int64_t i = 0; i < count; ++i) p[i] = v[i];
}
inline int64_t padded(int64_t channels) { return (channels + W - 1) / W * W; }
// Between positions, not a multiple of 4096 bytes, at which addresses crowd each other out of the cache.
inline int64_t apart(int64_t wide) { return Kernels::tiles * wide + W; }
inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

// eˣ with two units of the last place (Cody and Waite's reduction, Cephes' polynomial).
inline Vector exponential(Vector x) {
    x = x < -87.0f ? Vector{} - 87.0f : x;
    x = x > 88.0f ? Vector{} + 88.0f : x;
    const Vector magic = Vector{} + 12582912.0f; // 1.5·2²³: adding it rounds
    const Vector turned = x * 1.44269504f + magic;
    const Vector n = turned - magic;
    const Vector r = x - n * 0.693359375f + n * 2.12194440e-4f;
    Vector p = r * 1.9875691500e-4f + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    const Vector y = p * r * r + r + 1.0f;
    return (Vector)((Integers)y + (((Integers)turned - (Integers)magic) << 23));
}
inline Vector sigmoid(Vector x) { return 1.0f / (1.0f + exponential(-x)); }

// Two rounds of multiplying and folding over the place.
inline Vector masked(Vector x, const Mask& mask, uint32_t place) {
    Naturals h;
    for (int64_t i = 0; i < W; ++i) h[i] = i;
    h = (h + place) ^ mask.key[0];
    h ^= h >> 16;
    h *= 0x7feb352du;
    h = (h ^ (h >> 15)) + mask.key[1];
    h *= 0x846ca68bu;
    h ^= h >> 16;
    return h < mask.threshold ? Vector{} : x * mask.scale;
}

void sums(const float* x, int64_t pixels, int64_t channels, const float* center, float* sum) {
    for (int64_t c = 0; c < channels; c += W) {
        const int64_t count = channels - c;
        const Vector middle = center ? some(center + c, count) : Vector{};
        Vector total[4] = {};
        const float* p = x + c;
        int64_t i = 0;
        for (; i + 4 <= pixels; i += 4, p += 4 * channels)
            for (int j = 0; j < 4; ++j) {
                const Vector v = some(p + j * channels, count) - middle;
                total[j] += center ? v * v : v;
            }
        for (; i < pixels; ++i, p += channels) {
            const Vector v = some(p, count) - middle;
            total[0] += center ? v * v : v;
        }
        store_some(sum + c, (total[0] + total[1]) + (total[2] + total[3]), count);
    }
}

void channel_sums(const float* x, int64_t pixels, int64_t channels, float* sum) { sums(x, pixels, channels, nullptr, sum); }

// Twice over the image: first the means, then the squares of what is left.
void statistics(const float* x, const float* shift, int64_t pixels, int64_t channels, int64_t groups, double epsilon, float* mean, float* inverse) {
    const int64_t each = channels / groups;
    float sum[channels], center[channels];
    sums(x, pixels, channels, nullptr, sum);
    for (int64_t g = 0; g < groups; ++g) {
        double total = 0;
        for (int64_t c = g * each; c < (g + 1) * each; ++c) total += sum[c] + (shift ? static_cast<double>(shift[c]) * pixels : 0);
        mean[g] = static_cast<float>(total / (each * pixels));
        for (int64_t c = g * each; c < (g + 1) * each; ++c) center[c] = mean[g] - (shift ? shift[c] : 0);
    }
    sums(x, pixels, channels, center, sum);
    for (int64_t g = 0; g < groups; ++g) {
        double total = 0;
        for (int64_t c = g * each; c < (g + 1) * each; ++c) total += sum[c];
        inverse[g] = static_cast<float>(1 / __builtin_sqrt(total / (each * pixels) + epsilon));
    }
}

void clear(float* p, int64_t count) {
    for (int64_t i = 0; i < count; ++i) p[i] = 0;
}

void prepare(const float* x, const Affine* affine, const Mask& mask, uint32_t place, int64_t height, int64_t width, int64_t channels, int64_t border, float* prepared) {
    const int64_t wide = padded(channels), rows = border ? (height + 1) / 2 * 2 : height, columns = border ? (width + 1) / 2 * 2 : width;
    const int64_t line = (columns + 2 * border) * wide;
    clear(prepared, border * line);
    for (int64_t i = 0; i < rows; ++i) {
        float* to = prepared + (i + border) * line;
        if (i >= height) {
            clear(to, line);
            continue;
        }
        clear(to, border * wide);
        clear(to + (border + width) * wide, (columns - width + border) * wide);
        to += border * wide;
        for (int64_t j = 0; j < width; ++j, to += wide)
            for (int64_t c = 0; c < channels; c += W) {
                const int64_t at = (i * width + j) * channels + c, count = channels - c;
                Vector v = some(x + at, count);
                if (affine) {
                    v = v * some(affine->factor + c, count) + some(affine->offset + c, count);
                    if (affine->silu) v = v * sigmoid(v);
                }
                if (mask.scale != 0) v = masked(v, mask, place + static_cast<uint32_t>(at));
                store(to + c, v);
            }
    }
    clear(prepared + (rows + border) * line, border * line);
}

void pack(const float* weight, const Layer& layer, bool backward, float* packed) {
    const int64_t in = layer.in, out = layer.out, wide = padded(backward ? in : out), size = (backward ? out : in) * wide;
    clear(packed, (layer.kernel == 3 ? 16 : 1) * size);
    for (int64_t o = 0; o < out; ++o)
        for (int64_t c = 0; c < in; ++c) {
            float* to = packed + (backward ? o * wide + c : c * wide + o);
            if (layer.kernel == 1) {
                *to = weight[o * in + c];
                continue;
            }
            const float* g = weight + (o * in + c) * 9;
            float rows[4][3];
            for (int j = 0; j < 3; ++j) {
                const int k = backward ? 2 - j : j;
                const float first = g[(backward ? 6 : 0) + k], middle = g[3 + k], last = g[(backward ? 0 : 6) + k];
                rows[0][j] = first;
                rows[1][j] = 0.5f * (first + middle + last);
                rows[2][j] = 0.5f * (first - middle + last);
                rows[3][j] = last;
            }
            for (int i = 0; i < 4; ++i) {
                const float *r = rows[i];
                to[(4 * i) * size] = r[0];
                to[(4 * i + 1) * size] = 0.5f * (r[0] + r[1] + r[2]);
                to[(4 * i + 2) * size] = 0.5f * (r[0] - r[1] + r[2]);
                to[(4 * i + 3) * size] = r[2];
            }
        }
}

void unpack(const float* sum, const Layer& layer, float* gradient) {
    const int64_t in = layer.in, out = layer.out, wide = padded(out), size = in * wide;
    for (int64_t o = 0; o < out; ++o)
        for (int64_t c = 0; c < in; ++c) {
            const float* u = sum + c * wide + o;
            if (layer.kernel == 1) {
                gradient[o * in + c] = *u;
                continue;
            }
            float rows[3][4];
            for (int j = 0; j < 4; ++j) {
                const float a = u[j * size], b = u[(4 + j) * size], d = u[(8 + j) * size], e = u[(12 + j) * size];
                rows[0][j] = a + 0.5f * (b + d);
                rows[1][j] = 0.5f * (b - d);
                rows[2][j] = 0.5f * (b + d) + e;
            }
            float* to = gradient + (o * in + c) * 9;
            for (int i = 0; i < 3; ++i) {
                const float* r = rows[i];
                to[3 * i] = r[0] + 0.5f * (r[1] + r[2]);
                to[3 * i + 1] = 0.5f * (r[1] - r[2]);
                to[3 * i + 2] = 0.5f * (r[1] + r[2]) + r[3];
            }
        }
}

// R rows of a by N vectors of b. Turned: both run down a common axis, aᵀ·b.
template <int R, int N, bool Turned>
inline void block(const float* a, int64_t step, const float* b, int64_t step_b, int64_t depth, const float* from, int64_t step_from, float* c, int64_t step_c) {
    Vector total[R][N];
    for (int r = 0; r < R; ++r)
        for (int n = 0; n < N; ++n) total[r][n] = from ? load(from + r * step_from + n * W) : Vector{};
    for (int64_t k = 0; k < depth; ++k) {
        Vector right[N];
        for (int n = 0; n < N; ++n) right[n] = load(b + k * step_b + n * W);
        for (int r = 0; r < R; ++r) {
            const float left = Turned ? a[k * step + r] : a[r * step + k];
            for (int n = 0; n < N; ++n) total[r][n] += left * right[n];
        }
    }
    for (int r = 0; r < R; ++r)
        for (int n = 0; n < N; ++n) store(c + r * step_c + n * W, total[r][n]);
}

template <int N, bool Turned>
inline void panel(const float* a, int64_t step, const float* b, int64_t step_b, int64_t rows, int64_t depth, const float* from, int64_t step_from, float* c, int64_t step_c) {
    constexpr int R = N == 1 ? 3 * ROWS : N == 2 ? (ROWS * PANEL / 2) : N == 3 ? ROWS * PANEL / 3 : ROWS;
    const auto at = [&](int64_t r) { return from ? from + r * step_from : nullptr; };
    int64_t r = 0;
    for (; r + R <= rows; r += R) block<R, N, Turned>(a + (Turned ? r : r * step), step, b, step_b, depth, at(r), step_from, c + r * step_c, step_c);
    for (; r + 2 <= rows; r += 2) block<2, N, Turned>(a + (Turned ? r : r * step), step, b, step_b, depth, at(r), step_from, c + r * step_c, step_c);
    for (; r < rows; ++r) block<1, N, Turned>(a + (Turned ? r : r * step), step, b, step_b, depth, at(r), step_from, c + r * step_c, step_c);
}

template <bool Turned>
void multiply(const float* a, int64_t step, const float* b, int64_t step_b, int64_t rows, int64_t depth, int64_t wide, const float* from, int64_t step_from, float* c, int64_t step_c) {
    const auto at = [&](int64_t n) { return from ? from + n : nullptr; };
    int64_t n = 0;
    for (; n + PANEL * W <= wide; n += PANEL * W) panel<PANEL, Turned>(a, step, b + n, step_b, rows, depth, at(n), step_from, c + n, step_c);
    if (PANEL > 3 && n + 3 * W <= wide) { panel<3, Turned>(a, step, b + n, step_b, rows, depth, at(n), step_from, c + n, step_c); n += 3 * W; }
    if (PANEL > 2 && n + 2 * W <= wide) { panel<2, Turned>(a, step, b + n, step_b, rows, depth, at(n), step_from, c + n, step_c); n += 2 * W; }
    if (n < wide) panel<1, Turned>(a, step, b + n, step_b, rows, depth, at(n), step_from, c + n, step_c);
}

// One scale of turning a block whose rows the vectors are: the two small blocks beside the diagonal of each larger one change places.
template <int64_t Half> inline void swap_blocks(Vector* v) {
    Integers upper, lower;
    for (int64_t k = 0; k < W; ++k) {
        upper[k] = k & Half ? W + (k ^ Half) : k;
        lower[k] = k & Half ? W + k : k ^ Half;
    }
#pragma GCC unroll 16
    for (int64_t i = 0; i < W; ++i) {
        if (i & Half) continue;
        const Vector a = v[i], b = v[i | Half];
        v[i] = __builtin_shuffle(a, b, upper);
        v[i | Half] = __builtin_shuffle(a, b, lower);
    }
}

void turn(const float* a, int64_t step, int64_t rows, int64_t columns, float* to) {
    const int64_t wide = padded(rows);
    for (int64_t i = 0; i < rows; i += W)
        for (int64_t j = 0; j < columns; j += W) {
            Vector v[W];
#pragma GCC unroll 16
            for (int64_t k = 0; k < W; ++k) v[k] = i + k < rows ? some(a + (i + k) * step + j, columns - j) : Vector{};
            swap_blocks<1>(v);
            swap_blocks<2>(v);
            swap_blocks<4>(v);
            if (W > 8) swap_blocks<W / 2>(v);
            for (int64_t k = 0; k < smaller(W, columns - j); ++k) store(to + (j + k) * wide + i, v[k]);
        }
}

// eˣ over its sum, for each row; 0 beside the columns.
void softmax(float* x, int64_t rows, int64_t columns, int64_t step) {
    for (int64_t r = 0; r < rows; ++r, x += step) {
        float most = x[0];
        for (int64_t i = 1; i < columns; ++i) most = x[i] > most ? x[i] : most;
        Vector total = {};
        for (int64_t i = 0; i < step; i += W) {
            Vector v = exponential(load(x + i) - most);
            for (int64_t k = columns - i; k < W; ++k) v[k] = 0;
            store(x + i, v);
            total += v;
        }
        float sum = 0;
        for (int64_t k = 0; k < W; ++k) sum += total[k];
        const float factor = 1 / sum;
        for (int64_t i = 0; i < step; i += W) store(x + i, load(x + i) * factor);
    }
}

// p·(g − Σ p·g) for each row, in place of g.
void softmax_gradient(const float* p, int64_t rows, int64_t step, float* gradient) {
    for (int64_t r = 0; r < rows; ++r, p += step, gradient += step) {
        Vector total = {};
        for (int64_t i = 0; i < step; i += W) total += load(p + i) * load(gradient + i);
        float sum = 0;
        for (int64_t k = 0; k < W; ++k) sum += total[k];
        for (int64_t i = 0; i < step; i += W) store(gradient + i, load(p + i) * (load(gradient + i) - sum));
    }
}

void silu(const float* x, int64_t count, float* out) {
    for (int64_t i = 0; i < count; i += W) {
        const Vector v = some(x + i, count - i);
        store_some(out + i, v * sigmoid(v), count - i);
    }
}

void silu_gradient(const float* x, int64_t count, float* gradient, float* out) {
    for (int64_t i = 0; i < count; i += W) {
        const Vector v = some(x + i, count - i), s = sigmoid(v);
        store_some(gradient + i, some(gradient + i, count - i) * s * (1.0f + v * (1.0f - s)), count - i);
        store_some(out + i, v * s, count - i);
    }
}

// The angle less the nearest multiple of π/2, taken off in float64, by Cephes' polynomials; which multiple it was says what is sine and what cosine.
void waves(float number, const float* __restrict frequencies, int64_t count, float* __restrict cosines, float* __restrict sines) {
    constexpr double quarter = 1.5707963267948966, magic = 6755399441055744; // 1.5·2⁵²: adding it rounds
    for (int64_t i = 0; i < count; ++i) {
        const double angle = number * frequencies[i], turned = angle * (1 / quarter) + magic;
        const float r = static_cast<float>(angle - (turned - magic) * quarter), z = r * r;
        const float sine = ((z * -1.9515295891e-4f + 8.3321608736e-3f) * z - 1.6666654611e-1f) * z * r + r;
        const float cosine = ((z * 2.443315711809948e-5f - 1.388731625493765e-3f) * z + 4.166664568298827e-2f) * z * z - 0.5f * z + 1.0f;
        int64_t quadrant;
        __builtin_memcpy(&quadrant, &turned, sizeof quadrant);
        const float s = quadrant & 1 ? cosine : sine, c = quadrant & 1 ? sine : cosine;
        sines[i] = quadrant & 2 ? -s : s;
        cosines[i] = (quadrant + 1) & 2 ? -c : c;
    }
}

inline void finish_pixel(const float* result, const Finish& finish, int64_t at, int64_t channels, float* out) {
    for (int64_t c = 0; c < channels; c += W) {
        const int64_t count = channels - c;
        Vector v = load(result + c);
        if (finish.bias) v += some(finish.bias + c, count);
        if (finish.residual) v += some(finish.residual + at + c, count);
        store_some(out + at + c, v * finish.scale, count);
    }
}

// Bᵀ·d·B of the 4×4 pixels around a tile, one number for each of 16 positions.
inline void spread(const float* pixel, int64_t line, int64_t wide, float* to, int64_t apart) {
    for (int64_t c = 0; c < wide; c += W) {
        Vector t[4][4];
        for (int j = 0; j < 4; ++j) {
            const float* p = pixel + j * wide + c;
            const Vector d0 = load(p), d1 = load(p + line), d2 = load(p + 2 * line), d3 = load(p + 3 * line);
            t[0][j] = d0 - d2;
            t[1][j] = d1 + d2;
            t[2][j] = d2 - d1;
            t[3][j] = d1 - d3;
        }
        for (int i = 0; i < 4; ++i) {
            store(to + (4 * i) * apart + c, t[i][0] - t[i][2]);
            store(to + (4 * i + 1) * apart + c, t[i][1] + t[i][2]);
            store(to + (4 * i + 2) * apart + c, t[i][2] - t[i][1]);
            store(to + (4 * i + 3) * apart + c, t[i][1] - t[i][3]);
        }
    }
}

// A·y·Aᵀ of the 2×2 pixels of a tile.
inline void spread_gradient(const float* pixel, int64_t line, int64_t wide, float* to, int64_t apart) {
    for (int64_t c = 0; c < wide; c += W) {
        Vector t[4][2];
        for (int j = 0; j < 2; ++j) {
            const Vector y0 = load(pixel + j * wide + c), y1 = load(pixel + line + j * wide + c);
            t[0][j] = y0;
            t[1][j] = y0 + y1;
            t[2][j] = y0 - y1;
            t[3][j] = -y1;
        }
        for (int i = 0; i < 4; ++i) {
            store(to + (4 * i) * apart + c, t[i][0]);
            store(to + (4 * i + 1) * apart + c, t[i][0] + t[i][1]);
            store(to + (4 * i + 2) * apart + c, t[i][0] - t[i][1]);
            store(to + (4 * i + 3) * apart + c, -t[i][1]);
        }
    }
}

// Aᵀ·m·A: the 2×2 pixels of a tile.
inline void gather(const float* m, int64_t apart, int64_t c, Vector y[2][2]) {
    Vector t[2][4];
    for (int j = 0; j < 4; ++j) {
        const Vector m0 = load(m + j * apart + c), m1 = load(m + (4 + j) * apart + c), m2 = load(m + (8 + j) * apart + c), m3 = load(m + (12 + j) * apart + c);
        t[0][j] = m0 + m1 + m2;
        t[1][j] = m1 - m2 - m3;
    }
    for (int i = 0; i < 2; ++i) {
        y[i][0] = t[i][0] + t[i][1] + t[i][2];
        y[i][1] = t[i][1] - t[i][2] - t[i][3];
    }
}

void finish_tile(const float* m, int64_t apart, const Layer& layer, const Finish& finish, int64_t row, int64_t column, float* out) {
    for (int64_t c = 0; c < layer.out; c += W) {
        const int64_t count = layer.out - c;
        Vector y[2][2];
        gather(m, apart, c, y);
        const Vector bias = finish.bias ? some(finish.bias + c, count) : Vector{};
        for (int i = 0; i < 2 && row + i < layer.height; ++i)
            for (int j = 0; j < 2 && column + j < layer.width; ++j) {
                const int64_t at = ((row + i) * layer.width + column + j) * layer.out + c;
                Vector v = y[i][j] + bias;
                if (finish.residual) v += some(finish.residual + at, count);
                store_some(out + at, v * finish.scale, count);
            }
    }
}

void convolve(const float* prepared, const float* packed, const Layer& layer, const Finish& finish, float* out, float* scratch) {
    const int64_t in = layer.in, wide_in = padded(in), wide_out = padded(layer.out);
    constexpr int64_t tiles = Kernels::tiles;
    if (layer.kernel == 1) {
        const int64_t pixels = layer.height * layer.width;
        for (int64_t i = 0; i < pixels; i += tiles) {
            const int64_t count = smaller(tiles, pixels - i);
            multiply<false>(prepared + i * wide_in, wide_in, packed, wide_out, count, in, wide_out, nullptr, 0, scratch, wide_out);
            for (int64_t j = 0; j < count; ++j) finish_pixel(scratch + j * wide_out, finish, (i + j) * layer.out, layer.out, out);
        }
        return;
    }
    const int64_t across = (layer.width + 1) / 2, all = (layer.height + 1) / 2 * across, line = (2 * across + 2) * wide_in;
    const int64_t apart_in = apart(wide_in), apart_out = apart(wide_out);
    float *v = scratch, *m = scratch + 16 * apart_in;
    for (int64_t first = 0; first < all; first += tiles) {
        const int64_t count = smaller(tiles, all - first);
        for (int64_t t = 0; t < count; ++t)
            spread(prepared + (first + t) / across * 2 * line + (first + t) % across * 2 * wide_in, line, wide_in, v + t * wide_in, apart_in);
        for (int64_t position = 0; position < 16; ++position)
            multiply<false>(v + position * apart_in, wide_in, packed + position * in * wide_out, wide_out, count, in, wide_out, nullptr, 0, m + position * apart_out, wide_out);
        for (int64_t t = 0; t < count; ++t)
            finish_tile(m + t * wide_out, apart_out, layer, finish, (first + t) / across * 2, (first + t) % across * 2, out);
    }
}

void weight_gradient(const float* prepared, const float* prepared_gradient, const Layer& layer, float* sum, float* scratch) {
    const int64_t in = layer.in, wide_in = padded(in), wide_out = padded(layer.out);
    constexpr int64_t tiles = Kernels::tiles;
    if (layer.kernel == 1) {
        multiply<true>(prepared, wide_in, prepared_gradient, wide_out, in, layer.height * layer.width, wide_out, sum, wide_out, sum, wide_out);
        return;
    }
    const int64_t across = (layer.width + 1) / 2, all = (layer.height + 1) / 2 * across, line_in = (2 * across + 2) * wide_in, line_out = (2 * across + 2) * wide_out;
    const int64_t apart_in = apart(wide_in), apart_out = apart(wide_out);
    float *v = scratch, *m = scratch + 16 * apart_in;
    for (int64_t first = 0; first < all; first += tiles) {
        const int64_t count = smaller(tiles, all - first);
        for (int64_t t = 0; t < count; ++t) {
            const int64_t row = (first + t) / across * 2, column = (first + t) % across * 2;
            spread(prepared + row * line_in + column * wide_in, line_in, wide_in, v + t * wide_in, apart_in);
            spread_gradient(prepared_gradient + (row + 1) * line_out + (column + 1) * wide_out, line_out, wide_out, m + t * wide_out, apart_out);
        }
        for (int64_t position = 0; position < 16; ++position)
            multiply<true>(v + position * apart_in, wide_in, m + position * apart_out, wide_out, in, count, wide_out, sum + position * in * wide_out, wide_out, sum + position * in * wide_out, wide_out);
    }
}

void activation_gradient(const float* x, const Affine& affine, const Mask& mask, uint32_t place, int64_t pixels, int64_t channels, float* gradient, float* sum, float* product) {
    for (int64_t c = 0; c < channels; c += W) {
        const int64_t count = channels - c;
        const Vector factor = some(affine.factor + c, count), offset = some(affine.offset + c, count);
        Vector total = {}, totalProduct = {};
        for (int64_t i = 0; i < pixels; ++i) {
            const int64_t at = i * channels + c;
            const Vector in = some(x + at, count);
            Vector g = some(gradient + at, count);
            if (mask.scale != 0) g = masked(g, mask, place + static_cast<uint32_t>(at));
            if (affine.silu) {
                const Vector v = in * factor + offset, s = sigmoid(v);
                g *= s * (1.0f + v * (1.0f - s));
            }
            store_some(gradient + at, g, count);
            total += g;
            totalProduct += g * in;
        }
        store_some(sum + c, total, count);
        store_some(product + c, totalProduct, count);
    }
}

void combine(const float* gradient, const float* x, const float* factor, const float* slope, const float* level, int64_t pixels, int64_t channels, float* out) {
    for (int64_t i = 0; i < pixels; ++i)
        for (int64_t c = 0; c < channels; c += W) {
            const int64_t at = i * channels + c, count = channels - c;
            store_some(out + at, some(gradient + at, count) * some(factor + c, count) + some(x + at, count) * some(slope + c, count) + some(level + c, count), count);
        }
}

void mask_all(const float* x, const Mask& mask, uint32_t place, int64_t count, float* out) {
    for (int64_t i = 0; i < count; i += W) store_some(out + i, masked(some(x + i, count - i), mask, place + static_cast<uint32_t>(i)), count - i);
}

void adam(float* __restrict weights, const float* __restrict gradients, float* __restrict first, float* __restrict second, const AdamStep& s, int64_t count) {
    const AdamStep step = s;
    for (int64_t i = 0; i < count; ++i) {
        const float g = gradients[i] + step.penalty * weights[i];
        const float m = step.keep_first * first[i] + step.take_first * g, v = step.keep_second * second[i] + step.take_second * g * g;
        first[i] = m;
        second[i] = v;
        const float divisor = step.rooted ? __builtin_sqrtf(v) + step.floor : 1.0f;
        weights[i] = step.shrink * weights[i] - step.size * m / divisor;
    }
}

void lion(float* __restrict weights, const float* __restrict gradients, float* __restrict mean, const LionStep& s, int64_t count) {
    const LionStep step = s;
    for (int64_t i = 0; i < count; ++i) {
        const float direction = step.keep_in_step * mean[i] + step.take_in_step * gradients[i];
        weights[i] = step.shrink * weights[i] - (direction > 0 ? step.rate : direction < 0 ? -step.rate : direction);
        mean[i] = step.keep * mean[i] + step.take * gradients[i];
    }
}

void average(float* __restrict mean, const float* __restrict weights, float keep, float take, int64_t count) {
    for (int64_t i = 0; i < count; ++i) mean[i] = keep * mean[i] + take * weights[i];
}

void scale(float* x, float factor, int64_t count) {
    for (int64_t i = 0; i < count; ++i) x[i] *= factor;
}

// In parts, so that small squares are not lost in a large sum.
double squares(const float* x, int64_t count) {
    double total = 0;
    for (int64_t first = 0; first < count; first += 64 * W) {
        Vector part[4] = {};
        int64_t i = first;
        const int64_t last = smaller(count, first + 64 * W);
        for (; i + 4 * W <= last; i += 4 * W)
            for (int j = 0; j < 4; ++j) {
                const Vector v = load(x + i + j * W);
                part[j] += v * v;
            }
        for (; i < last; i += W) {
            const Vector v = some(x + i, last - i);
            part[0] += v * v;
        }
        const Vector sum = (part[0] + part[1]) + (part[2] + part[3]);
        for (int64_t j = 0; j < W; ++j) total += sum[j];
    }
    return total;
}
}

extern const Kernels CM_KIND;
const Kernels CM_KIND = {W, statistics, prepare, pack, convolve, weight_gradient, unpack, activation_gradient, combine, channel_sums, mask_all, turn, softmax, softmax_gradient, silu, silu_gradient, waves, multiply<false>, multiply<true>, adam, lion, average, squares, scale};
