using CM.Torch;
using static CM.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>What layers compute, given their parameters.</summary>
        public static partial class functional
        {
            private static readonly long[] One = [1], Ones = [1, 1], Zero = [0], Zeros = [0, 0];

            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) => cm_linear(input, weights, bias);

            public static Tensor conv1d(Tensor input, Tensor weight, Tensor? bias = null, long? stride = null, long? padding = null, long? dilation = null, long groups = 1) =>
                cm_conv1d(input, weight, bias, [stride ?? 1], 1, [padding ?? 0], 1, [dilation ?? 1], 1, groups);

            public static Tensor conv2d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? dilation = null, long groups = 1)
            {
                strides ??= One;
                padding ??= Zero;
                dilation ??= One;
                return cm_conv2d(input, weight, bias, strides, strides.Length, padding, padding.Length, dilation, dilation.Length, groups);
            }

            public static Tensor conv2d_padding(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, Padding padding = Padding.Valid, long[]? dilation = null, long groups = 1)
            {
                strides ??= One;
                dilation ??= One;
                return cm_conv2d_named(input, weight, bias, strides, strides.Length, padding == Padding.Same ? "same" : "valid", dilation, dilation.Length, groups);
            }

            public static Tensor conv3d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? dilation = null, long groups = 1)
            {
                strides ??= One;
                padding ??= Zero;
                dilation ??= One;
                return cm_conv3d(input, weight, bias, strides, strides.Length, padding, padding.Length, dilation, dilation.Length, groups);
            }

            public static Tensor conv_transpose2d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? output_padding = null, long[]? dilation = null, long groups = 1)
            {
                strides ??= One;
                padding ??= Zero;
                output_padding ??= Zero;
                dilation ??= One;
                return cm_conv_transpose2d(input, weight, bias, strides, strides.Length, padding, padding.Length, output_padding, output_padding.Length, dilation, dilation.Length, groups);
            }

            public static Tensor group_norm(Tensor input, long num_groups, Tensor? weight = null, Tensor? bias = null, double eps = 1E-05) => cm_group_norm(input, num_groups, weight, bias, eps);
            public static Tensor layer_norm(Tensor input, long[] normalized_shape, Tensor? weight = null, Tensor? bias = null, double eps = 1E-05) => cm_layer_norm(input, normalized_shape, normalized_shape.Length, weight, bias, eps);
            public static Tensor batch_norm(Tensor input, Tensor? running_mean, Tensor? running_var, Tensor? weight = null, Tensor? bias = null, bool training = false, double momentum = 0.1, double eps = 1E-05) => cm_batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps);

            public static Tensor relu(Tensor x, bool inplace = false) => inplace ? x.relu_() : x.relu();
            public static Tensor relu6(Tensor x, bool inplace = false) => inplace ? x.relu6_() : x.relu6();
            public static Tensor silu(Tensor x, bool inplace = false) => inplace ? x.silu_() : x.silu();
            public static Tensor sigmoid(Tensor x, bool inplace) => inplace ? x.sigmoid_() : x.sigmoid();
            public static Tensor sigmoid(Tensor x) => x.sigmoid();
            public static Tensor tanh(Tensor x, bool inplace = false) => inplace ? x.tanh_() : x.tanh();
            public static Tensor mish(Tensor x, bool inplace = false) => inplace ? cm_mish_(x).Of(x) : cm_mish(x);
            public static Tensor gelu(Tensor x, bool inplace) => inplace ? x.gelu_() : x.gelu();
            public static Tensor gelu(Tensor x, Modules.GELU.Approximate approximate, bool inplace = false) => inplace ? x.gelu_(approximate) : x.gelu(approximate);
            public static Tensor gelu(Tensor x) => x.gelu();
            public static Tensor elu(Tensor x, double alpha, bool inplace = false) => inplace ? x.elu_(alpha) : x.elu(alpha);
            public static Tensor selu(Tensor x, bool inplace = false) => inplace ? x.selu_() : x.selu();
            public static Tensor leaky_relu(Tensor input, double negative_slope = 0.01, bool inplace = false) => inplace ? cm_leaky_relu_(input, negative_slope).Of(input) : cm_leaky_relu(input, negative_slope);
            public static Tensor hardsigmoid(Tensor input, bool inplace = false) => inplace ? input.hardsigmoid_() : input.hardsigmoid();
            public static Tensor hardswish(Tensor input, bool inplace = false) => inplace ? input.hardswish_() : input.hardswish();
            public static Tensor hardtanh(Tensor x, double min_val = -1, double max_val = 1, bool inplace = false) => inplace ? cm_hardtanh_(x, min_val, max_val).Of(x) : cm_hardtanh(x, min_val, max_val);
            public static Tensor softplus(Tensor x, double beta = 1, double threshold = 20) => cm_softplus(x, beta, threshold);
            public static Tensor logsigmoid(Tensor x) => x.log_sigmoid();
            public static Tensor glu(Tensor input, long dim = -1) => input.glu(dim);
            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => input.softmax(dim, dtype);
            public static Tensor log_softmax(Tensor x, long dim) => x.log_softmax(dim);

            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false) => inplace ? cm_dropout_(input, p, training).Of(input) : cm_dropout(input, p, training);
            public static Tensor dropout2d(Tensor input, double p = 0.5, bool training = true, bool inplace = false) => inplace ? cm_feature_dropout_(input, p, training).Of(input) : cm_feature_dropout(input, p, training);

            public static Tensor avg_pool2d(Tensor input, long[] kernel_size, long[]? stride = null, long[]? padding = null, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null)
            {
                stride ??= kernel_size;
                padding ??= Zero;
                return cm_avg_pool2d(input, kernel_size, kernel_size.Length, stride, stride.Length, padding, padding.Length, ceil_mode, count_include_pad, divisor_override.HasValue, divisor_override.GetValueOrDefault());
            }

            public static Tensor avg_pool2d(Tensor input, long kernel_size, long? stride = null, long padding = 0, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null) =>
                cm_avg_pool2d(input, [kernel_size], 1, [stride ?? kernel_size], 1, [padding], 1, ceil_mode, count_include_pad, divisor_override.HasValue, divisor_override.GetValueOrDefault());

            public static Tensor avg_pool2d(Tensor input, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null)
            {
                var (step, edge) = (stride ?? kernel_size, padding ?? (0, 0));
                return cm_avg_pool2d(input, [kernel_size.Item1, kernel_size.Item2], 2, [step.Item1, step.Item2], 2, [edge.Item1, edge.Item2], 2, ceil_mode, count_include_pad, divisor_override.HasValue, divisor_override.GetValueOrDefault());
            }

            public static Tensor max_pool2d(Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false)
            {
                strides ??= kernel_size;
                padding ??= Zero;
                dilation ??= One;
                return cm_max_pool2d(input, kernel_size, kernel_size.Length, strides, strides.Length, padding, padding.Length, dilation, dilation.Length, ceil_mode);
            }

            public static Tensor max_pool2d(Tensor input, long kernel_size, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false) =>
                cm_max_pool2d(input, [kernel_size], 1, [stride ?? kernel_size], 1, [padding ?? 0], 1, [dilation ?? 1], 1, ceil_mode);

            public static Tensor adaptive_avg_pool2d(Tensor input, long[] output_size) => cm_adaptive_avg_pool2d(input, output_size, output_size.Length);
            public static Tensor adaptive_avg_pool2d(Tensor input, (long, long) output_size) => cm_adaptive_avg_pool2d(input, [output_size.Item1, output_size.Item2], 2);
            public static Tensor adaptive_avg_pool2d(Tensor input, long output_size) => cm_adaptive_avg_pool2d(input, [output_size, output_size], 2);

            /// <summary>Images [N, C, H, W] of another size, given by <paramref name="size"/> or by <paramref name="scale_factor"/>.</summary>
            public static Tensor interpolate(Tensor x, long[]? size = null, double[]? scale_factor = null, InterpolationMode mode = InterpolationMode.Nearest, bool? align_corners = null, bool recompute_scale_factor = false, bool antialias = false)
            {
                if (x.Dimensions != 4)
                    throw new NotSupportedException($"interpolate takes images [N, C, H, W] in CM.Torch; this tensor is {x}");
                if (size is null == scale_factor is null)
                    throw new ArgumentException("interpolate needs either a size or a scale factor");
                if (align_corners is not null && mode is not (InterpolationMode.Bilinear or InterpolationMode.Bicubic))
                    throw new ArgumentException($"align_corners says nothing to {mode}");
                if (antialias && mode is not (InterpolationMode.Bilinear or InterpolationMode.Bicubic))
                    throw new ArgumentException($"antialias says nothing to {mode}");
                var (height, width) = size is not null
                    ? (size[0], size[^1])
                    : ((long)Math.Floor(x.size(2) * scale_factor![0]), (long)Math.Floor(x.size(3) * scale_factor[^1]));
                // As in torch: unless told to derive it from the sizes, the kernel uses the factor itself.
                var (scaled, down, across) = (scale_factor is not null && !recompute_scale_factor, scale_factor?[0] ?? 0, scale_factor?[^1] ?? 0);
                ReadOnlySpan<long> target = [height, width];
                return mode switch
                {
                    InterpolationMode.Nearest => cm_upsample_nearest2d(x, target, 2, scaled, down, scaled, across),
                    InterpolationMode.NearestExact => cm_upsample_nearest_exact2d(x, target, 2, scaled, down, scaled, across),
                    InterpolationMode.Bilinear => cm_upsample_bilinear2d(x, target, 2, align_corners ?? false, antialias, scaled, down, scaled, across),
                    InterpolationMode.Bicubic => cm_upsample_bicubic2d(x, target, 2, align_corners ?? false, antialias, scaled, down, scaled, across),
                    InterpolationMode.Area => cm_adaptive_avg_pool2d(x, target, 2),
                    _ => throw new ArgumentException($"{mode} interpolates no images"),
                };
            }

            public static Tensor pad(Tensor input, long[] pad, PaddingModes mode = PaddingModes.Constant, double value = 0) => Pad(input, pad, mode, value);
            public static Tensor pad(Tensor input, ReadOnlySpan<long> pad, PaddingModes mode = PaddingModes.Constant, double value = 0) => Pad(input, pad, mode, value);
            public static Tensor pad(Tensor input, (long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0) => Pad(input, [pad.Item1, pad.Item2], mode, value);
            public static Tensor pad(Tensor input, (long, long, long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0) => Pad(input, [pad.Item1, pad.Item2, pad.Item3, pad.Item4], mode, value);
            public static Tensor pad(Tensor input, long pad, PaddingModes mode = PaddingModes.Constant, double value = 0) => Pad(input, [pad, pad], mode, value);

            private static Tensor Pad(Tensor input, ReadOnlySpan<long> pad, PaddingModes mode, double value) => cm_pad(input, pad, pad.Length, mode switch
            {
                PaddingModes.Constant or PaddingModes.Zeros => "constant",
                PaddingModes.Reflect => "reflect",
                PaddingModes.Replicate => "replicate",
                _ => "circular",
            }, value);

            public static Tensor pixel_shuffle(Tensor input, long upscale_factor) => cm_pixel_shuffle(input, upscale_factor);
            public static Tensor pixel_unshuffle(Tensor input, long downscale_factor) => cm_pixel_unshuffle(input, downscale_factor);
            public static Tensor one_hot(Tensor x, long num_classes = -1) => cm_one_hot(x, num_classes);

            public static Tensor normalize(Tensor input, double p = 2, long dim = 1, double eps = 1E-12)
            {
                using var norm = cm_norm_dim(input, dim, true, p);
                using var bounded = cm_clamp_min(norm, eps);
                using var spread = cm_expand_as(bounded, input);
                return cm_div(input, spread);
            }

            public static Tensor cosine_similarity(Tensor x1, Tensor x2, long dim = 1, double eps = 1E-08) => cm_cosine_similarity(x1, x2, dim, eps);

            public static Tensor mse_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) => cm_mse_loss(input, target, (long)reduction);
            public static Tensor l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) => cm_l1_loss(input, target, (long)reduction);
            public static Tensor huber_loss(Tensor input, Tensor target, double delta = 1, Reduction reduction = Reduction.Mean) => cm_huber_loss(input, target, (long)reduction, delta);
            public static Tensor smooth_l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean, double beta = 1) => cm_smooth_l1_loss(input, target, (long)reduction, beta);
            public static Tensor cross_entropy(Tensor input, Tensor target, Tensor? weight = null, long ignore_index = -100, Reduction reduction = Reduction.Mean, double label_smoothing = 0) => cm_cross_entropy(input, target, weight, (long)reduction, ignore_index, label_smoothing);
            public static Tensor nll_loss(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean) => cm_nll_loss(input, target, weight, (long)reduction);
            public static Tensor binary_cross_entropy_with_logits(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean, Tensor? pos_weights = null) => cm_binary_cross_entropy_with_logits(input, target, weight, pos_weights, (long)reduction);

            public static Tensor unfold(Tensor input, long kernel_size, long dilation = 1, long padding = 0, long stride = 1) =>
                cm_im2col(input, [kernel_size, kernel_size], 2, [dilation, dilation], 2, [padding, padding], 2, [stride, stride], 2);

            public static Tensor unfold(Tensor input, (long, long) kernel_size, (long, long)? dilation = null, (long, long)? padding = null, (long, long)? stride = null) =>
                cm_im2col(input, [kernel_size.Item1, kernel_size.Item2], 2, Two(dilation, Ones), 2, Two(padding, Zeros), 2, Two(stride, Ones), 2);

            public static Tensor fold(Tensor input, long output_size, long kernel_size, long dilation = 1, long padding = 0, long stride = 1) =>
                cm_col2im(input, [output_size, output_size], 2, [kernel_size, kernel_size], 2, [dilation, dilation], 2, [padding, padding], 2, [stride, stride], 2);

            public static Tensor fold(Tensor input, (long, long) output_size, (long, long) kernel_size, (long, long)? dilation = null, (long, long)? padding = null, (long, long)? stride = null) =>
                cm_col2im(input, [output_size.Item1, output_size.Item2], 2, [kernel_size.Item1, kernel_size.Item2], 2, Two(dilation, Ones), 2, Two(padding, Zeros), 2, Two(stride, Ones), 2);

            private static long[] Two((long, long)? pair, long[] otherwise) => pair is { } both ? [both.Item1, both.Item2] : otherwise;

            public static Tensor scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask = null, double p = 0, bool is_casual = false) =>
                cm_scaled_dot_product_attention(query, key, value, attn_mask, p, is_casual);
        }
    }
}
