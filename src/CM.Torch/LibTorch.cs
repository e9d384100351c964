using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace CM.Torch;

/// <summary>What is known of the libtorch that is loaded, beyond what TorchSharp's surface tells.</summary>
public static class LibTorch
{
    /// <summary>Loads the native library now, rather than at the first operation.</summary>
    /// <exception cref="DllNotFoundException">It, or the libtorch it was built for, is missing; the message names what, and the remedy.</exception>
    public static void Load() => Native.cm_num_threads();

    /// <summary>For example 1.13.1.</summary>
    public static string Version => __version__;

    /// <summary>libtorch's own account of how it was built and of its threads: compiler, BLAS, OpenMP, CUDA; several lines.</summary>
    public static string BuildInfo
    {
        get
        {
            var text = new byte[16384];
            var length = Native.cm_build_info(text, text.Length);
            return System.Text.Encoding.UTF8.GetString(text, 0, Math.Min(length, text.Length));
        }
    }

    /// <summary>Whether the C allocator was told to keep freed memory for the next step.</summary>
    public static bool MemoryIsKept => Native.cm_memory_is_kept();

    /// <summary>The default generator of any device; TorchSharp's surface reaches the CPU's alone.</summary>
    public static Generator DefaultGenerator(Device device) => Generator.Of(device);
}
