using System.Runtime.InteropServices;

namespace CM.Driver;

/// <summary>The NVIDIA driver of this machine, asked through its own library.</summary>
internal static class NvidiaDriver
{
    /// <summary>Whether the driver is installed, and finds a device.</summary>
    public static unsafe bool Answers()
    {
        if (!NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1", out var library))
            return false;
        return NativeLibrary.TryGetExport(library, "cuInit", out var initialize) && ((delegate* unmanaged<uint, int>)initialize)(0) == 0;
    }
}
