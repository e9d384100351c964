namespace CM.Runtime;

/// <summary>What stands behind TorchSharp's surface: TorchSharp itself with the libtorch of its packages.</summary>
internal static class Backend
{
    public const string Name = "TorchSharp with libtorch";

    /// <summary>libtorch's version.</summary>
    public static string Version => __version__;

    /// <summary>The threads that suit this machine.</summary>
    public static int SuitableThreads => Math.Max(1, Environment.ProcessorCount);

    /// <summary>Whether a native part of its own is built on the machine that runs it.</summary>
    public const bool HasNativePart = false;

    /// <summary>Loads libtorch.</summary>
    /// <exception cref="NotSupportedException">Its package is missing.</exception>
    public static void Load() => InitializeDeviceType(DeviceType.CPU);

    /// <summary>Whether an exception means that libtorch is missing.</summary>
    public static bool IsMissing(Exception exception) => exception is DllNotFoundException or NotSupportedException { Source: "TorchSharp" };

    /// <summary>Whether there are kernels written by hand for a tensor.</summary>
    public static bool HasKernels(Tensor x) => false;

    /// <summary>Nobody asks without <see cref="HasKernels"/>.</summary>
    public static Tensor Dropout(Tensor x, double probability, ulong seed, Tensor? rows) => throw new NotSupportedException();

    /// <summary>Nobody asks without <see cref="HasKernels"/>.</summary>
    public static Tensor Compute(in ConvolutionBlock block, Tensor x) => throw new NotSupportedException();

    /// <summary>Nobody asks without <see cref="HasKernels"/>.</summary>
    public static Tensor Compute(Tensor first, Tensor? second, Tensor weight, Tensor? bias, bool silu) => throw new NotSupportedException();

    /// <summary>Nobody asks without <see cref="HasKernels"/>.</summary>
    public static Tensor Waves(Tensor level, Tensor freqs, bool sineFirst) => throw new NotSupportedException();

    /// <summary>Nobody asks without <see cref="HasKernels"/>.</summary>
    public static Tensor Mix(Tensor? a, Tensor x, Tensor? b, Tensor? y) => throw new NotSupportedException();

    /// <summary>Nobody asks without <see cref="HasKernels"/>.</summary>
    public static Tensor Attend(Tensor qkv, int heads) => throw new NotSupportedException();

    /// <summary>Nobody asks without <see cref="HasKernels"/>.</summary>
    public static void Adam(Tensor weights, Tensor gradients, Tensor first, Tensor second, double beta1, double beta2, double penalty, double shrink, double size, double? floor) => throw new NotSupportedException();

    /// <summary>Nobody asks without <see cref="HasKernels"/>.</summary>
    public static void Lion(Tensor weights, Tensor gradients, Tensor mean, double beta1, double beta2, double shrink, double rate) => throw new NotSupportedException();

    /// <summary>Nobody asks without <see cref="HasKernels"/>.</summary>
    public static void Average(Tensor average, Tensor weights, double keep) => throw new NotSupportedException();

    /// <summary>Nobody asks without <see cref="HasKernels"/>.</summary>
    public static double ClipNorm(Tensor gradients, double bound) => throw new NotSupportedException();

    /// <summary>Nothing is recorded.</summary>
    public static bool Records(Device device) => false;

    /// <summary>Work that is done anew each time.</summary>
    public static IDeviceWork NewWork(Device device) => new PlainWork();

    /// <summary>Copies one after the other.</summary>
    public static IUpload NewUpload(Device device) => new PlainUpload(device);

    /// <summary>How libtorch was built; TorchSharp does not say.</summary>
    public static string Describe() => $"TorchSharp {typeof(torch).Assembly.GetName().Version?.ToString(3)}";

    /// <summary>Nothing connects processes.</summary>
    public static (string Found, string? Remedy)? Collectives => null;

    /// <summary>TorchSharp has no collectives.</summary>
    /// <exception cref="UserError">Always.</exception>
    public static IProcessGroup Connect(Placement place, Device device, TimeSpan timeout) =>
        throw new UserError($"{place.Size} processes: TorchSharp has no collectives; build with TorchBackend=LibTorch, over a libtorch of this machine, or train with one process.");
}
