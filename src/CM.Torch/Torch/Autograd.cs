using CM.Torch;
using static CM.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public bool is_leaf => cm_is_leaf(this);

        public bool requires_grad
        {
            get => cm_requires_grad(this);
            set => requires_grad_(value);
        }

        public Tensor requires_grad_(bool requires_grad = true) => cm_requires_grad_(this, requires_grad).Of(this);

        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);

        public void retain_grad() => cm_retain_grad(this).Check();

        /// <summary>
        /// The gradient, as a tensor of its own to dispose; null before the first backward. What is set must have this tensor's shape, type
        /// and device; backward then adds to it in place.
        /// </summary>
        public Tensor? grad
        {
            get
            {
                cm_grad(this, out var grad).Check();
                return grad == 0 ? null : TensorObjects.For(grad);
            }
            set => cm_set_grad(this, value).Check();
        }

        public void backward()
        {
            cm_backward([Handle], 1, [], 0, false, false, false, [], 0).Check();
            GC.KeepAlive(this);
        }

        public void backward(IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false, IList<Tensor>? inputs = null) =>
            autograd.Backward([this], grad_tensors, retain_graph, create_graph, inputs);
    }

    public static partial class autograd
    {
        public static void backward(IList<Tensor> tensors, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            Backward(tensors, grad_tensors, retain_graph, create_graph, inputs);

        public static void backward(Tensor tensor, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            Backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        public static void backward(Tensor tensor, Tensor grad_tensor, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            Backward([tensor], [grad_tensor], retain_graph, create_graph, inputs);

        internal static void Backward(IList<Tensor> tensors, IList<Tensor>? gradients, bool? retain, bool create, IList<Tensor>? inputs)
        {
            Tensor[] roots = [.. tensors], seeds = gradients is null ? [] : [.. gradients], leaves = inputs is null ? [] : [.. inputs];
            cm_backward(Handles(roots), roots.Length, Handles(seeds), seeds.Length, retain.HasValue, retain.GetValueOrDefault(), create, Handles(leaves), leaves.Length).Check();
            GC.KeepAlive(roots);
            GC.KeepAlive(seeds);
            GC.KeepAlive(leaves);
        }

        /// <summary>Gradients of the outputs' sum, weighted by <paramref name="grad_outputs"/>, by each input; null (default tensor) where an input is not used and that is allowed.</summary>
        public static IList<Tensor> grad(IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs = null, bool retain_graph = false, bool create_graph = false, bool allow_unused = false)
        {
            Tensor[] roots = [.. outputs], leaves = [.. inputs], seeds = grad_outputs is null ? [] : [.. grad_outputs];
            var result = Take(cm_gradients(Handles(roots), roots.Length, Handles(leaves), leaves.Length, Handles(seeds), seeds.Length, retain_graph, create_graph, allow_unused));
            GC.KeepAlive(roots);
            GC.KeepAlive(leaves);
            GC.KeepAlive(seeds);
            return result;
        }

        public static AnomalyMode detect_anomaly(bool check_nan = true) => new(true, check_nan);

        public static AnomalyMode set_detect_anomaly(bool mode, bool check_nan = true) => new(mode, check_nan);
    }

    public static bool is_grad_enabled() => cm_grad_enabled();
    public static bool is_inference_mode_enabled() => cm_inference_enabled();
    public static IDisposable no_grad() => GradientMode.Set(false);
    public static IDisposable enable_grad(bool enabled = true) => GradientMode.Set(enabled);
    public static IDisposable set_grad_enabled(bool mode = true) => GradientMode.Set(mode);
    public static IDisposable inference_mode(bool mode = true) => new InferenceMode(mode);

    // What it returns to is all there is to a mode, so two objects serve all.
    private sealed class GradientMode(bool before) : IDisposable
    {
        private static readonly GradientMode ToOff = new(false), ToOn = new(true);

        internal static GradientMode Set(bool enabled)
        {
            var mode = cm_grad_enabled() ? ToOn : ToOff;
            cm_set_grad_enabled(enabled);
            return mode;
        }

        public void Dispose() => cm_set_grad_enabled(before);
    }

    private sealed class InferenceMode(bool enabled) : IDisposable
    {
        private nint mode = cm_inference_enter(enabled);

        public void Dispose() => cm_inference_leave(Interlocked.Exchange(ref mode, 0));
    }
}

/// <summary>Makes backward say which forward operation a failure or a NaN belongs to, until disposed.</summary>
public class AnomalyMode : IDisposable
{
    private readonly (bool Enabled, bool ChecksNaN) before = (IsEnabled, ShouldCheckNaN);

    public AnomalyMode(bool enabled, bool check_nan = true) => cm_set_anomaly(enabled, check_nan);

    public static bool IsEnabled => cm_anomaly_enabled();

    public static bool ShouldCheckNaN => cm_anomaly_checks_nan();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => cm_set_anomaly(before.Enabled, before.ChecksNaN);
}
