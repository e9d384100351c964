using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace CM.Cli;

/// <summary>The GPUs of this machine, as their drivers tell of them: whether libtorch can use them or not.</summary>
/// <param name="Name">Name by the driver.</param>
/// <param name="Bytes">Its memory.</param>
internal sealed partial record Accelerator(string Name, long Bytes)
{
    private const string CudaDriver = "libcuda.so.1";
    private const int LongestName = 256;

    /// <summary>NVIDIA's of <c>libcuda</c>, AMD's of the kernel.</summary>
    public static IReadOnlyList<Accelerator> All() => [.. OfNvidia(), .. OfAmd("/sys/class/drm")];

    /// <summary>One line for people.</summary>
    public override string ToString() => $"{Name}, {Bytes / 1e9:N0} GB";

    /// <summary>Cards reported by amdgpu; each has a render node.</summary>
    internal static IEnumerable<Accelerator> OfAmd(string folder) =>
        !Directory.Exists(folder) ? [] : Directory.EnumerateDirectories(folder, "renderD*").Order(StringComparer.Ordinal)
            .Select(card => Path.Combine(card, "device", "mem_info_vram_total"))
            .Where(File.Exists)
            .Select(file => new Accelerator("AMD GPU", long.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture)));

    private static List<Accelerator> OfNvidia()
    {
        var found = new List<Accelerator>();
        try
        {
            var count = 0;
            if (Start(0) != 0 || Count(ref count) != 0)
                return found;
            var name = new byte[LongestName];
            for (var i = 0; i < count; i++)
            {
                var (device, bytes) = (0, (nuint)0);
                if (Device(ref device, i) == 0 && NameOf(name, LongestName, device) == 0 && Memory(ref bytes, device) == 0)
                    found.Add(new Accelerator(Encoding.UTF8.GetString(name, 0, Array.IndexOf(name, (byte)0)), (long)bytes));
            }
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            // There is no driver.
        }
        return found;
    }

    [LibraryImport(CudaDriver, EntryPoint = "cuInit")]
    private static partial int Start(uint flags);

    [LibraryImport(CudaDriver, EntryPoint = "cuDeviceGetCount")]
    private static partial int Count(ref int count);

    [LibraryImport(CudaDriver, EntryPoint = "cuDeviceGet")]
    private static partial int Device(ref int device, int ordinal);

    [LibraryImport(CudaDriver, EntryPoint = "cuDeviceGetName")]
    private static partial int NameOf(Span<byte> name, int length, int device);

    [LibraryImport(CudaDriver, EntryPoint = "cuDeviceTotalMem_v2")]
    private static partial int Memory(ref nuint bytes, int device);
}
