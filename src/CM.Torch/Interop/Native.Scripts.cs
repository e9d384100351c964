using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Torch;

internal static partial class Native
{
    [LibraryImport(Library, StringMarshalling = Text)] internal static partial Done cm_jit_load(string path, int device, int index, out nint module);
    [LibraryImport(Library)] internal static partial void cm_jit_free(nint module);
    [LibraryImport(Library)] internal static partial Done cm_jit_train(nint module, Flag on);
    [LibraryImport(Library)] internal static partial Done cm_jit_inputs(nint module, out long count);
    [LibraryImport(Library)] internal static partial Tensor cm_jit_forward(nint module, ReadOnlySpan<nint> tensors, ReadOnlySpan<Number> numbers, long count);
}
