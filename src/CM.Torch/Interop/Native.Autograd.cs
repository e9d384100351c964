using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Torch;

internal static partial class Native
{
    [LibraryImport(Library)] internal static partial Done cm_requires_grad_(Tensor self, Flag requires_grad);
    [LibraryImport(Library)] internal static partial Done cm_retain_grad(Tensor self);
    [LibraryImport(Library)] internal static partial Done cm_grad(Tensor self, out nint grad);
    [LibraryImport(Library)] internal static partial Done cm_set_grad(Tensor self, Tensor? grad);
    [LibraryImport(Library)] internal static partial Done cm_backward(ReadOnlySpan<nint> list, long count, ReadOnlySpan<nint> gradients, long gradientsCount, Flag hasRetain, Flag retain, Flag create, ReadOnlySpan<nint> inputs, long inputsCount);
    [LibraryImport(Library)] internal static partial long cm_gradients(ReadOnlySpan<nint> outputs, long outputsCount, ReadOnlySpan<nint> inputs, long inputsCount, ReadOnlySpan<nint> gradients, long gradientsCount, Flag retain, Flag create, Flag allowUnused);

    [LibraryImport(Library), SuppressGCTransition] internal static partial Flag cm_grad_enabled();
    [LibraryImport(Library), SuppressGCTransition] internal static partial void cm_set_grad_enabled(Flag enabled);
    [LibraryImport(Library), SuppressGCTransition] internal static partial Flag cm_inference_enabled();
    [LibraryImport(Library)] internal static partial nint cm_inference_enter(Flag enabled);
    [LibraryImport(Library)] internal static partial void cm_inference_leave(nint mode);

    [LibraryImport(Library)] internal static partial Flag cm_anomaly_enabled();
    [LibraryImport(Library)] internal static partial Flag cm_anomaly_checks_nan();
    [LibraryImport(Library)] internal static partial void cm_set_anomaly(Flag enabled, Flag checkNan);
}
