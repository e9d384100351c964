using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Torch;

internal static partial class Native
{
    [LibraryImport(Library)] internal static partial Tensor cm_linear(Tensor input, Tensor weights, Tensor? bias);
    [LibraryImport(Library)] internal static partial Tensor cm_conv1d(Tensor input, Tensor weight, Tensor? bias, ReadOnlySpan<long> stride, long strideCount, ReadOnlySpan<long> padding, long paddingCount, ReadOnlySpan<long> dilation, long dilationCount, long groups);
    [LibraryImport(Library)] internal static partial Tensor cm_conv2d(Tensor input, Tensor weight, Tensor? bias, ReadOnlySpan<long> strides, long stridesCount, ReadOnlySpan<long> padding, long paddingCount, ReadOnlySpan<long> dilation, long dilationCount, long groups);
    [LibraryImport(Library, StringMarshalling = Text)] internal static partial Tensor cm_conv2d_named(Tensor input, Tensor weight, Tensor? bias, ReadOnlySpan<long> strides, long stridesCount, string padding, ReadOnlySpan<long> dilation, long dilationCount, long groups);
    [LibraryImport(Library)] internal static partial Tensor cm_conv3d(Tensor input, Tensor weight, Tensor? bias, ReadOnlySpan<long> strides, long stridesCount, ReadOnlySpan<long> padding, long paddingCount, ReadOnlySpan<long> dilation, long dilationCount, long groups);
    [LibraryImport(Library)] internal static partial Tensor cm_conv_transpose2d(Tensor input, Tensor weight, Tensor? bias, ReadOnlySpan<long> strides, long stridesCount, ReadOnlySpan<long> padding, long paddingCount, ReadOnlySpan<long> output_padding, long output_paddingCount, ReadOnlySpan<long> dilation, long dilationCount, long groups);
    [LibraryImport(Library)] internal static partial Tensor cm_group_norm(Tensor input, long num_groups, Tensor? weight, Tensor? bias, double eps);
    [LibraryImport(Library)] internal static partial Tensor cm_layer_norm(Tensor input, ReadOnlySpan<long> normalized_shape, long normalized_shapeCount, Tensor? weight, Tensor? bias, double eps);
    [LibraryImport(Library)] internal static partial Tensor cm_batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, Flag training, double momentum, double eps);
    [LibraryImport(Library)] internal static partial Tensor cm_dropout(Tensor input, double p, Flag training);
    [LibraryImport(Library)] internal static partial Done cm_dropout_(Tensor input, double p, Flag training);
    [LibraryImport(Library)] internal static partial Tensor cm_feature_dropout(Tensor input, double p, Flag training);
    [LibraryImport(Library)] internal static partial Done cm_feature_dropout_(Tensor input, double p, Flag training);
    [LibraryImport(Library)] internal static partial Tensor cm_avg_pool2d(Tensor input, ReadOnlySpan<long> kernel_size, long kernel_sizeCount, ReadOnlySpan<long> stride, long strideCount, ReadOnlySpan<long> padding, long paddingCount, Flag ceil_mode, Flag count_include_pad, Flag has_divisor, long divisor);
    [LibraryImport(Library)] internal static partial Tensor cm_max_pool2d(Tensor input, ReadOnlySpan<long> kernel_size, long kernel_sizeCount, ReadOnlySpan<long> strides, long stridesCount, ReadOnlySpan<long> padding, long paddingCount, ReadOnlySpan<long> dilation, long dilationCount, Flag ceil_mode);
    [LibraryImport(Library)] internal static partial Tensor cm_adaptive_avg_pool2d(Tensor input, ReadOnlySpan<long> output_size, long output_sizeCount);
    [LibraryImport(Library)] internal static partial Tensor cm_upsample_nearest2d(Tensor input, ReadOnlySpan<long> size, long sizeCount, Flag has_scale_h, double scale_h, Flag has_scale_w, double scale_w);
    [LibraryImport(Library)] internal static partial Tensor cm_upsample_nearest_exact2d(Tensor input, ReadOnlySpan<long> size, long sizeCount, Flag has_scale_h, double scale_h, Flag has_scale_w, double scale_w);
    [LibraryImport(Library)] internal static partial Tensor cm_upsample_bilinear2d(Tensor input, ReadOnlySpan<long> size, long sizeCount, Flag align_corners, Flag antialias, Flag has_scale_h, double scale_h, Flag has_scale_w, double scale_w);
    [LibraryImport(Library)] internal static partial Tensor cm_upsample_bicubic2d(Tensor input, ReadOnlySpan<long> size, long sizeCount, Flag align_corners, Flag antialias, Flag has_scale_h, double scale_h, Flag has_scale_w, double scale_w);
    [LibraryImport(Library, StringMarshalling = Text)] internal static partial Tensor cm_pad(Tensor input, ReadOnlySpan<long> pad, long padCount, string mode, double value);
    [LibraryImport(Library)] internal static partial Tensor cm_pixel_shuffle(Tensor input, long factor);
    [LibraryImport(Library)] internal static partial Tensor cm_pixel_unshuffle(Tensor input, long factor);
    [LibraryImport(Library)] internal static partial Tensor cm_one_hot(Tensor input, long num_classes);
    [LibraryImport(Library)] internal static partial Tensor cm_mse_loss(Tensor input, Tensor target, long reduction);
    [LibraryImport(Library)] internal static partial Tensor cm_l1_loss(Tensor input, Tensor target, long reduction);
    [LibraryImport(Library)] internal static partial Tensor cm_huber_loss(Tensor input, Tensor target, long reduction, double delta);
    [LibraryImport(Library)] internal static partial Tensor cm_smooth_l1_loss(Tensor input, Tensor target, long reduction, double beta);
    [LibraryImport(Library)] internal static partial Tensor cm_cross_entropy(Tensor input, Tensor target, Tensor? weight, long reduction, long ignore_index, double label_smoothing);
    [LibraryImport(Library)] internal static partial Tensor cm_nll_loss(Tensor input, Tensor target, Tensor? weight, long reduction);
    [LibraryImport(Library)] internal static partial Tensor cm_binary_cross_entropy_with_logits(Tensor input, Tensor target, Tensor? weight, Tensor? pos_weights, long reduction);
    [LibraryImport(Library)] internal static partial Tensor cm_im2col(Tensor input, ReadOnlySpan<long> kernel_size, long kernel_sizeCount, ReadOnlySpan<long> dilation, long dilationCount, ReadOnlySpan<long> padding, long paddingCount, ReadOnlySpan<long> stride, long strideCount);
    [LibraryImport(Library)] internal static partial Tensor cm_col2im(Tensor input, ReadOnlySpan<long> output_size, long output_sizeCount, ReadOnlySpan<long> kernel_size, long kernel_sizeCount, ReadOnlySpan<long> dilation, long dilationCount, ReadOnlySpan<long> padding, long paddingCount, ReadOnlySpan<long> stride, long strideCount);
    [LibraryImport(Library)] internal static partial Tensor cm_cosine_similarity(Tensor x1, Tensor x2, long dim, double eps);
    [LibraryImport(Library)] internal static partial Tensor cm_glu(Tensor self, long dim);
    [LibraryImport(Library)] internal static partial Tensor cm_scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? mask, double p, Flag causal);
}
