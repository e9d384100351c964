// What a layer computes.
#include "Common.h"

#include <ATen/Functions.h>

#include <cmath>
#include <string_view>

// softmax(Q·Kᵀ/√d + mask)·V. 2.x has it fused; for 1.13 it is written out.
static at::Tensor attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, const Optional<at::Tensor>& mask, double p, bool causal) {
#if TORCH_VERSION_MAJOR >= 2
    return at::scaled_dot_product_attention(query, key, value, mask, p, causal);
#else
    TORCH_CHECK(!(causal && mask.has_value()), "scaled_dot_product_attention: give a mask or ask for a causal one, not both");
    auto scores = at::matmul(query.mul(1.0 / std::sqrt(static_cast<double>(query.size(-1)))), key.transpose(-2, -1));
    if (causal) {
        auto future = at::ones({query.size(-2), key.size(-2)}, query.options().dtype(at::kBool)).tril().logical_not();
        scores = scores.masked_fill(future, -std::numeric_limits<double>::infinity());
    }
    if (mask.has_value()) {
        scores = mask->scalar_type() == at::kBool
            ? scores.masked_fill(mask->logical_not(), -std::numeric_limits<double>::infinity())
            : scores.add(*mask);
    }
    return at::matmul(at::dropout(at::softmax(scores, -1), p, p > 0), value);
#endif
}

TENSOR_OP(linear, (TensorArg input, TensorArg weights, OptionalTensorArg bias), at::linear(input, weights, bias))
TENSOR_OP(conv1d, (TensorArg input, TensorArg weight, OptionalTensorArg bias, INTS(stride), INTS(padding), INTS(dilation), int64_t groups), at::conv1d(input, weight, bias, LIST(stride), LIST(padding), LIST(dilation), groups))
TENSOR_OP(conv2d, (TensorArg input, TensorArg weight, OptionalTensorArg bias, INTS(strides), INTS(padding), INTS(dilation), int64_t groups), at::conv2d(input, weight, bias, LIST(strides), LIST(padding), LIST(dilation), groups))
TENSOR_OP(conv2d_named, (TensorArg input, TensorArg weight, OptionalTensorArg bias, INTS(strides), const char* padding, INTS(dilation), int64_t groups), at::conv2d(input, weight, bias, LIST(strides), padding, LIST(dilation), groups))
TENSOR_OP(conv3d, (TensorArg input, TensorArg weight, OptionalTensorArg bias, INTS(strides), INTS(padding), INTS(dilation), int64_t groups), at::conv3d(input, weight, bias, LIST(strides), LIST(padding), LIST(dilation), groups))
TENSOR_OP(conv_transpose2d, (TensorArg input, TensorArg weight, OptionalTensorArg bias, INTS(strides), INTS(padding), INTS(output_padding), INTS(dilation), int64_t groups), at::conv_transpose2d(input, weight, bias, LIST(strides), LIST(padding), LIST(output_padding), groups, LIST(dilation)))
TENSOR_OP(group_norm, (TensorArg input, int64_t num_groups, OptionalTensorArg weight, OptionalTensorArg bias, double eps), at::group_norm(input, num_groups, weight, bias, eps))
TENSOR_OP(layer_norm, (TensorArg input, INTS(normalized_shape), OptionalTensorArg weight, OptionalTensorArg bias, double eps), at::layer_norm(input, LIST(normalized_shape), weight, bias, eps))
TENSOR_OP(batch_norm, (TensorArg input, OptionalTensorArg weight, OptionalTensorArg bias, OptionalTensorArg running_mean, OptionalTensorArg running_var, Flag training, double momentum, double eps), at::batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps, true))
TENSOR_OP(dropout, (TensorArg input, double p, Flag training), at::dropout(input, p, training))
INPLACE_OP(dropout_, (TensorArg input, double p, Flag training), at::dropout_(input, p, training))
TENSOR_OP(feature_dropout, (TensorArg input, double p, Flag training), at::feature_dropout(input, p, training))
INPLACE_OP(feature_dropout_, (TensorArg input, double p, Flag training), at::feature_dropout_(input, p, training))
TENSOR_OP(avg_pool2d, (TensorArg input, INTS(kernel_size), INTS(stride), INTS(padding), Flag ceil_mode, Flag count_include_pad, Flag has_divisor, int64_t divisor), at::avg_pool2d(input, LIST(kernel_size), LIST(stride), LIST(padding), ceil_mode, count_include_pad, maybe(has_divisor, divisor)))
TENSOR_OP(max_pool2d, (TensorArg input, INTS(kernel_size), INTS(strides), INTS(padding), INTS(dilation), Flag ceil_mode), at::max_pool2d(input, LIST(kernel_size), LIST(strides), LIST(padding), LIST(dilation), ceil_mode))
TENSOR_OP(adaptive_avg_pool2d, (TensorArg input, INTS(output_size)), at::adaptive_avg_pool2d(input, LIST(output_size)))
TENSOR_OP(upsample_nearest2d, (TensorArg input, INTS(size), Flag has_scale_h, double scale_h, Flag has_scale_w, double scale_w), at::upsample_nearest2d(input, LIST(size), maybe(has_scale_h, scale_h), maybe(has_scale_w, scale_w)))
TENSOR_OP(upsample_nearest_exact2d, (TensorArg input, INTS(size), Flag has_scale_h, double scale_h, Flag has_scale_w, double scale_w), at::_upsample_nearest_exact2d(input, LIST(size), maybe(has_scale_h, scale_h), maybe(has_scale_w, scale_w)))
TENSOR_OP(upsample_bilinear2d, (TensorArg input, INTS(size), Flag align_corners, Flag antialias, Flag has_scale_h, double scale_h, Flag has_scale_w, double scale_w), antialias ? at::_upsample_bilinear2d_aa(input, LIST(size), align_corners, maybe(has_scale_h, scale_h), maybe(has_scale_w, scale_w)) : at::upsample_bilinear2d(input, LIST(size), align_corners, maybe(has_scale_h, scale_h), maybe(has_scale_w, scale_w)))
TENSOR_OP(upsample_bicubic2d, (TensorArg input, INTS(size), Flag align_corners, Flag antialias, Flag has_scale_h, double scale_h, Flag has_scale_w, double scale_w), antialias ? at::_upsample_bicubic2d_aa(input, LIST(size), align_corners, maybe(has_scale_h, scale_h), maybe(has_scale_w, scale_w)) : at::upsample_bicubic2d(input, LIST(size), align_corners, maybe(has_scale_h, scale_h), maybe(has_scale_w, scale_w)))
TENSOR_OP(pad, (TensorArg input, INTS(pad), const char* mode, double value), at::pad(input, LIST(pad), mode, std::string_view(mode) == "constant" ? Optional<double>(value) : Optional<double>()))
TENSOR_OP(pixel_shuffle, (TensorArg input, int64_t factor), at::pixel_shuffle(input, factor))
TENSOR_OP(pixel_unshuffle, (TensorArg input, int64_t factor), at::pixel_unshuffle(input, factor))
TENSOR_OP(one_hot, (TensorArg input, int64_t num_classes), at::one_hot(input, num_classes))
TENSOR_OP(mse_loss, (TensorArg input, TensorArg target, int64_t reduction), at::mse_loss(input, target, reduction))
TENSOR_OP(l1_loss, (TensorArg input, TensorArg target, int64_t reduction), at::l1_loss(input, target, reduction))
TENSOR_OP(huber_loss, (TensorArg input, TensorArg target, int64_t reduction, double delta), at::huber_loss(input, target, reduction, delta))
TENSOR_OP(smooth_l1_loss, (TensorArg input, TensorArg target, int64_t reduction, double beta), at::smooth_l1_loss(input, target, reduction, beta))
TENSOR_OP(cross_entropy, (TensorArg input, TensorArg target, OptionalTensorArg weight, int64_t reduction, int64_t ignore_index, double label_smoothing), at::cross_entropy_loss(input, target, weight, reduction, ignore_index, label_smoothing))
TENSOR_OP(nll_loss, (TensorArg input, TensorArg target, OptionalTensorArg weight, int64_t reduction), at::nll_loss_nd(input, target, weight, reduction))
TENSOR_OP(binary_cross_entropy_with_logits, (TensorArg input, TensorArg target, OptionalTensorArg weight, OptionalTensorArg pos_weights, int64_t reduction), at::binary_cross_entropy_with_logits(input, target, weight, pos_weights, reduction))
TENSOR_OP(im2col, (TensorArg input, INTS(kernel_size), INTS(dilation), INTS(padding), INTS(stride)), at::im2col(input, LIST(kernel_size), LIST(dilation), LIST(padding), LIST(stride)))
TENSOR_OP(col2im, (TensorArg input, INTS(output_size), INTS(kernel_size), INTS(dilation), INTS(padding), INTS(stride)), at::col2im(input, LIST(output_size), LIST(kernel_size), LIST(dilation), LIST(padding), LIST(stride)))
TENSOR_OP(cosine_similarity, (TensorArg x1, TensorArg x2, int64_t dim, double eps), at::cosine_similarity(x1, x2, dim, eps))
TENSOR_OP(glu, (TensorArg self, int64_t dim), at::glu(self, dim))
TENSOR_OP(scaled_dot_product_attention, (TensorArg query, TensorArg key, TensorArg value, OptionalTensorArg mask, double p, Flag causal), attention(query, key, value, mask, p, causal))
