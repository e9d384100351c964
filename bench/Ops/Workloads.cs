using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Bench.Ops;

/// <summary>The workloads of native/Ops.cpp, written as generated code writes them: everything disposed where it is last used.</summary>
internal static class Workloads
{
    public static IEnumerable<(string Name, Action Work, string Peer)> All()
    {
        Tensor a = ones(64), b = full(64, 1e-6), c = ones(64), one = ones(64);
        SafeHandleTensor left = SafeHandleTensor.Ones(64), right = SafeHandleTensor.Ones(64);
        Scalar unit = 1.0;
        yield return ("add_(tensor), 64", () => a.add_(b), "add_(tensor)");
        yield return ("add_(1.0)", () => c.add_(1.0), "add_(1.0)");
        yield return ("add_(hoisted Scalar)", () => c.add_(unit), "add_(1.0)");
        yield return ("mul_(tensor)", () => one.mul_(one), "mul_(tensor)");
        yield return ("a + b, disposed", () => (a + b).Dispose(), "a + b");
        yield return ("a + b, disposed, one SafeHandle a tensor", () => left.Add(right).Dispose(), "a + b");
        yield return ("a * 2.0, disposed", () => (a * 2.0).Dispose(), "a * 2.0");
        yield return ("a + b in a dispose scope", InScope(a, b), "a + b");
        yield return ("linear 64->64 fwd+bwd, B=1", Linear(1), "linear B=1");
        yield return ("linear 64->64 fwd+bwd, B=32", Linear(32), "linear B=32");
        yield return ("Adam step, 100 tensors of 64", Adam(), "adam 100x64");
        yield return ("conv step, 8x16x32x32", Convolution(), "conv step");
    }

    private static Action InScope(Tensor a, Tensor b) => () =>
    {
        using var scope = NewDisposeScope();
        _ = a + b;
    };

    private static Action Linear(long batch)
    {
        Tensor x = ones(batch, 64), weight = full(64, 64, 0.01).requires_grad_(), bias = zeros(64).requires_grad_();
        return () =>
        {
            using var y = nn.functional.linear(x, weight, bias);
            using var loss = y.sum();
            loss.backward();
            weight.grad = null;
            bias.grad = null;
        };
    }

    private static Action Adam()
    {
        var slots = Enumerable.Range(0, 100).Select(_ => (Weight: ones(64), Gradient: full(64, 0.1), Mean: zeros(64), Square: zeros(64))).ToArray();
        Scalar keep = 0.9, take = 0.1, keepSquare = 0.999, takeSquare = 0.001, half = 0.5, epsilon = 1e-8, step = -1e-3;
        return () =>
        {
            foreach (var (weight, gradient, mean, square) in slots)
            {
                mean.mul_(keep).add_(gradient, take);
                square.mul_(keepSquare).addcmul_(gradient, gradient, takeSquare);
                using var root = square.sqrt();
                root.div_(half).add_(epsilon);
                weight.addcdiv_(mean, root, step);
            }
        };
    }

    private static Action Convolution()
    {
        Tensor x = ones(8, 16, 32, 32), weight = full([32, 16, 3, 3], 0.01).requires_grad_(), bias = zeros(32).requires_grad_();
        long[] one = [1];
        Scalar rate = -0.01;
        return () =>
        {
            using (var y = nn.functional.conv2d(x, weight, bias, one, one))
            using (var bent = y.silu())
            using (var square = bent.square())
            using (var loss = square.mean())
                loss.backward();
            using var silent = no_grad();
            Step(weight);
            Step(bias);
        };

        void Step(Tensor parameter)
        {
            using (var grad = parameter.grad)
                parameter.add_(grad!, rate);
            parameter.grad = null;
        }
    }
}

/// <summary>TorchSharp's published design in small: a finalizable tensor that holds a SafeHandle, both made anew by each operation.</summary>
internal sealed partial class SafeHandleTensor : IDisposable
{
    private readonly TensorHandle handle;

    private SafeHandleTensor(TensorHandle handle) => this.handle = handle;

    ~SafeHandleTensor() => handle.Dispose();

    public static SafeHandleTensor Ones(long size) => new(new TensorHandle(ones(size).DecoupleFromNativeHandle()));

    public SafeHandleTensor Add(SafeHandleTensor other) => new(new TensorHandle(cm_add(handle, other.handle, BitConverter.DoubleToInt64Bits(1), 0)));

    public void Dispose()
    {
        handle.Dispose();
        GC.SuppressFinalize(this);
    }

    // CM.Torch has loaded it already; the name finds it. A number is two registers: its bits and its kind.
    [LibraryImport("libcmtorch.so")] private static partial nint cm_add(TensorHandle left, TensorHandle right, long alpha, int kind);
    [LibraryImport("libcmtorch.so")] private static partial void cm_release(nint tensor);

    private sealed class TensorHandle : SafeHandle
    {
        public TensorHandle(nint native) : base(0, ownsHandle: true) => SetHandle(native);

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            cm_release(handle);
            return true;
        }
    }
}
