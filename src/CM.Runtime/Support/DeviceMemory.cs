using System.Globalization;
using System.Runtime.InteropServices;

namespace CM.Runtime;

/// <summary>Memory of the device.</summary>
internal static partial class DeviceMemory
{
    /// <summary>Bytes in use: by this process on the CPU, by all processes on a CUDA device; null where that is not known.</summary>
    public static long? InUse(Device device) =>
        device.type == DeviceType.CPU ? Environment.WorkingSet
        : OfCuda() is { } memory ? memory.Total - memory.Free
        : null;

    /// <summary>Bytes that this process may still have; null where that is not known.</summary>
    public static long? Free(Device device) => device.type == DeviceType.CPU ? FreeOfHost() : OfCuda()?.Free;

    /// <summary>
    /// The least of what the machine has, the control group (version 2) allows and the limit of addresses (<c>ulimit -v</c>) leaves.
    /// </summary>
    private static long? FreeOfHost()
    {
        long?[] limits =
        [
            Line("/proc/meminfo", "MemAvailable:", column: 1) * 1024,
            Number("/sys/fs/cgroup/memory.max") - Number("/sys/fs/cgroup/memory.current"),
            Line("/proc/self/limits", "Max address space", column: 3) - Line("/proc/self/status", "VmSize:", column: 1) * 1024,
        ];
        return limits.Where(limit => limit is not null).DefaultIfEmpty().Min(limit => limit is < 0 ? 0 : limit);
    }

    /// <summary>A column of the line that begins so.</summary>
    private static long? Line(string file, string start, int column) =>
        File.Exists(file) && File.ReadLines(file).FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal)) is { } line
            ? Parsed(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[column])
            : null;

    private static long? Number(string file) => File.Exists(file) ? Parsed(File.ReadAllText(file)) : null;

    // "max" and "unlimited" are no limits.
    private static long? Parsed(string text) =>
        long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The driver's report on the device of this thread; null if there is no driver.</summary>
    private static (long Free, long Total)? OfCuda()
    {
        try
        {
            var (free, total) = (default(nuint), default(nuint));
            return MemoryInfo(ref free, ref total) == 0 ? ((long)free, (long)total) : null;
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    [LibraryImport("libcuda.so.1", EntryPoint = "cuMemGetInfo_v2")]
    private static partial int MemoryInfo(ref nuint free, ref nuint total);
}
