using CM.Torch;
using static CM.Torch.Native;

namespace TorchSharp;

// Layers' nonlinearities.
public static partial class torch
{
    public partial class Tensor
    {
        public Tensor elu(double alpha = 1) => cm_elu(this, alpha, 1, 1);
        public Tensor elu(Scalar alpha, Scalar scale, Scalar input_scale) => cm_elu(this, alpha, scale, input_scale);
        public Tensor elu_(double alpha = 1) => cm_elu_(this, alpha, 1, 1).Of(this);
        public Tensor elu_(Scalar alpha, Scalar scale, Scalar input_scale) => cm_elu_(this, alpha, scale, input_scale).Of(this);
        public Tensor leaky_relu(Scalar negative_slope) => cm_leaky_relu(this, negative_slope);
        public Tensor leaky_relu_(Scalar negative_slope) => cm_leaky_relu_(this, negative_slope).Of(this);
        public Tensor hardtanh(Scalar min, Scalar max) => cm_hardtanh(this, min, max);
        public Tensor hardtanh_(Scalar min, Scalar max) => cm_hardtanh_(this, min, max).Of(this);
        public Tensor hardsigmoid() => cm_hardsigmoid(this);
        public Tensor hardsigmoid_() => cm_hardsigmoid_(this).Of(this);
        public Tensor hardswish() => cm_hardswish(this);
        public Tensor hardswish_() => cm_hardswish_(this).Of(this);
        public Tensor softplus(double beta = 1, double threshold = 20) => cm_softplus(this, beta, threshold);
        public Tensor gelu() => cm_gelu(this, "none");
        public Tensor gelu(Modules.GELU.Approximate approximate) => cm_gelu(this, approximate.ToString());
        public Tensor gelu_() => cm_gelu_(this, "none").Of(this);
        public Tensor gelu_(Modules.GELU.Approximate approximate) => cm_gelu_(this, approximate.ToString()).Of(this);
        public Tensor log_sigmoid() => cm_log_sigmoid(this);
        public Tensor glu(long dim = -1) => cm_glu(this, dim);
    }

}
