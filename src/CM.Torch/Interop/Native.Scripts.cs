using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Torch;

internal static partial class Native
{
    [LibraryImport(Library, StringMarshalling = Text)] internal static partial Done cm_jit_load(string path, int device, int index, out ScriptHandle module);
    [LibraryImport(Library)] internal static partial void cm_jit_free(nint module);
    [LibraryImport(Library)] internal static partial Done cm_jit_train(ScriptHandle module, Flag on);
    [LibraryImport(Library)] internal static partial Done cm_jit_inputs(ScriptHandle module, out long count);
    [LibraryImport(Library)] internal static partial Tensor cm_jit_forward(ScriptHandle module, ReadOnlySpan<nint> tensors, ReadOnlySpan<Number> numbers, long count);
}

/// <summary>A module that TorchScript runs.</summary>
internal sealed class ScriptHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Native.cm_jit_free(handle);
        return true;
    }
}
