using System.Runtime.InteropServices;

namespace CM.Runtime;

/// <summary>How much memory there is where tensors live.</summary>
internal static partial class DeviceMemory
{
    /// <summary>Bytes in use: by this process on the CPU, by all processes on a CUDA device; null where that is not known.</summary>
    public static long? InUse(Device device) =>
        device.type == DeviceType.CPU ? Environment.WorkingSet
        : OfCuda() is { } memory ? memory.Total - memory.Free
        : null;

    /// <summary>What the driver says of the device that this thread uses; null where there is no driver.</summary>
    private static (long Free, long Total)? OfCuda()
    {
        try
        {
            return MemoryInfo(out var free, out var total) == 0 ? ((long)free, (long)total) : null;
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    [LibraryImport("libcuda.so.1", EntryPoint = "cuMemGetInfo_v2")]
    private static partial int MemoryInfo(out nuint free, out nuint total);
}
