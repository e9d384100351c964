using CM.Torch;

namespace CM.Runtime;

/// <summary>What stands behind TorchSharp's surface: CM.Torch over the libtorch of this machine.</summary>
internal static class Backend
{
    public const string Name = "libtorch";

    /// <summary>libtorch's version.</summary>
    public static string Version => LibTorch.Version;

    /// <summary>The threads that suit this machine.</summary>
    public static int SuitableThreads => Threads.PhysicalCores;

    /// <summary>Loads libtorch.</summary>
    /// <exception cref="DllNotFoundException">It is missing; the message names the remedy.</exception>
    public static void Load() => LibTorch.Load();

    /// <summary>Whether an exception means that libtorch is missing.</summary>
    public static bool IsMissing(Exception exception) => exception is DllNotFoundException;

    /// <summary>How libtorch was built, several lines.</summary>
    public static string Describe() => LibTorch.BuildInfo;
}
