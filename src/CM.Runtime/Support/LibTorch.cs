using System.Diagnostics;
using System.Runtime.InteropServices;

namespace CM.Runtime;

/// <summary>The libtorch behind TorchSharp, and the process around it.</summary>
internal static partial class LibTorch
{
    /// <summary>The remedy where <see cref="IsMissing"/>.</summary>
    public const string Remedy =
        "refer to the package TorchSharp-cpu (with an NVIDIA driver TorchSharp-cuda-linux or TorchSharp-cuda-windows) in the program's "
            + "project, and build it for this machine";

    // Numbers of mallopt's parameters in glibc's malloc.h.
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MmapThreshold = -3;

    /// <summary>Version of TorchSharp, such as 0.107.0.</summary>
    public static string TorchSharpVersion => typeof(torch).Assembly.GetName().Version?.ToString(3) ?? "";

    /// <summary>Both versions in words.</summary>
    public static string Description => $"TorchSharp {TorchSharpVersion} with libtorch {__version__}";

    /// <summary>True when libtorch was built with CUDA, with or without a driver. Asks after <see cref="Load"/>.</summary>
    public static bool HasCuda => LoadedFile("torch_cuda") is not null;

    /// <summary>
    /// Cores that this process may use, a core with two hardware threads counted once: arithmetic gains nothing from the second, and waits
    /// for it at every barrier.
    /// </summary>
    public static int PhysicalCores { get; } = Math.Max(1, Math.Min(Environment.ProcessorCount, CountCores()));

    /// <summary>Loads libtorch.</summary>
    /// <exception cref="NotSupportedException">Its package is missing, or its libraries do not load.</exception>
    public static void Load() => InitializeDeviceType(DeviceType.CPU);

    /// <summary>True when an exception means that libtorch is missing or does not load.</summary>
    /// <param name="exception">The exception, without the <see cref="TypeInitializationException"/> around it.</param>
    public static bool IsMissing(Exception exception) =>
        exception is DllNotFoundException or NotSupportedException { Source: nameof(TorchSharp) };

    /// <summary>Sets the threads that the user asked for.</summary>
    /// <param name="threads">Their number; null for libtorch's own choice.</param>
    /// <exception cref="UserError">It is 0 or less.</exception>
    public static void UseThreads(int? threads)
    {
        if (threads is { } number)
            set_num_threads(Arguments.AtLeastOne(number, "--threads"));
    }

    /// <summary>The device that the user asked for.</summary>
    /// <param name="name"><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>; null for CUDA where there is a device, else the CPU.</param>
    /// <exception cref="UserError">There is no such device here.</exception>
    public static Device DeviceOf(string? name)
    {
        if (name is null)
            return new Device(cuda.is_available() ? DeviceType.CUDA : DeviceType.CPU, -1);
        if (name == "cpu")
            return new Device(DeviceType.CPU, -1);

        var index = -1;
        var isNumbered = name.StartsWith("cuda:", StringComparison.Ordinal)
            && int.TryParse(name.AsSpan("cuda:".Length), out index) && index >= 0;
        if (name != "cuda" && !isNumbered)
            throw new UserError($"--device {name}: cpu, cuda or cuda:N was expected.");
        if (!cuda.is_available())
            throw new UserError($"--device {name}: {Description} finds no CUDA device here; use --device cpu, or build with "
                + "TorchPackage=TorchSharp-cuda-linux (on Windows TorchSharp-cuda-windows) where an NVIDIA driver is installed.");
        if (index >= cuda.device_count())
            throw new UserError($"--device {name}: there are only {cuda.device_count()} CUDA devices, numbered from 0.");
        return new Device(DeviceType.CUDA, index);
    }

    /// <summary>Path of a library that this process has loaded; null where there is none.</summary>
    /// <param name="name">Name without prefix and ending, such as <c>torch_cpu</c>.</param>
    public static string? LoadedFile(string name)
    {
        using var process = Process.GetCurrentProcess();
        return process.Modules.Cast<ProcessModule>().FirstOrDefault(IsIt)?.FileName;

        bool IsIt(ProcessModule module) =>
            Path.GetFileNameWithoutExtension(module.ModuleName) is { } file && (file == name || file == $"lib{name}");
    }

    /// <summary>
    /// Has glibc's allocator keep freed memory: a training step frees and asks for the same sizes over and over, and by default large
    /// buffers go back to the system and are faulted in again. Other allocators stay as they are.
    /// </summary>
    public static void KeepFreedMemory()
    {
        try
        {
            mallopt(MmapThreshold, 1 << 30);
            mallopt(TrimThreshold, -1);
            mallopt(TopPad, 64 << 20);
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            // No glibc.
        }
    }

    [LibraryImport("libc")]
    private static partial int mallopt(int parameter, int value);

    private static int CountCores()
    {
        const string cpus = "/sys/devices/system/cpu";
        try
        {
            return Directory.EnumerateDirectories(cpus, "cpu*")
                .Select(cpu => Path.Combine(cpu, "topology", "thread_siblings_list"))
                .Where(File.Exists).Select(File.ReadAllText).Distinct().Count() is > 0 and var cores ? cores : Environment.ProcessorCount;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Environment.ProcessorCount;
        }
    }
}
