using System.Runtime.InteropServices;
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

    /// <summary>Whether a native part of its own is built on the machine that runs it.</summary>
    public const bool HasNativePart = true;

    /// <summary>Loads libtorch.</summary>
    /// <exception cref="DllNotFoundException">It is missing; the message names the remedy.</exception>
    public static void Load() => LibTorch.Load();

    /// <summary>Whether an exception means that libtorch is missing.</summary>
    public static bool IsMissing(Exception exception) => exception is DllNotFoundException;

    /// <summary>Whether there are kernels written by hand for a tensor.</summary>
    public static bool HasKernels(Tensor x) => Kernels.Serve(x);

    /// <summary>Dropout whose mask is a function of the seed and the place in the whole batch.</summary>
    public static Tensor Dropout(Tensor x, double probability, ulong seed, Tensor? rows) => Kernels.Dropout(x, probability, seed, rows);

    /// <summary>What <see cref="ConvolutionBlock.Composed"/> computes, in one operation.</summary>
    public static Tensor Compute(in ConvolutionBlock block, Tensor x) => Kernels.ConvolutionBlock(
        x, block.Shift, block.Groups, block.NormWeight, block.NormBias, block.Epsilon, block.SiLU,
        block.Dropout, block.Dropout > 0 ? DropoutMasks.NextSeed() : 0, block.Dropout > 0 ? DropoutMasks.Rows : null,
        block.Weight, block.Bias, block.Residual, block.Scale);

    /// <summary>What <see cref="Linears.Of"/> computes, in one operation.</summary>
    public static Tensor Compute(Tensor first, Tensor? second, Tensor weight, Tensor? bias, bool silu) => Kernels.LinearBlock(first, second, weight, bias, silu);

    /// <summary>The cosines and sines of levels times frequencies, in one operation without gradient.</summary>
    public static Tensor Waves(Tensor level, Tensor freqs, bool sineFirst) => Kernels.Waves(level, freqs, sineFirst);

    /// <summary>What <see cref="PerSample.Mix(Tensor, Tensor, Tensor, Tensor)"/> computes, in one operation.</summary>
    public static Tensor Mix(Tensor? a, Tensor x, Tensor? b, Tensor? y) => Kernels.Mix(a, x, b, y);

    /// <summary>What <see cref="Images.Attend(Tensor, int)"/> computes, in one operation.</summary>
    public static Tensor Attend(Tensor qkv, int heads) => Kernels.Attention(qkv, heads);

    /// <summary>A step of Adam or its kin in one pass.</summary>
    public static void Adam(Tensor weights, Tensor gradients, Tensor first, Tensor second, double beta1, double beta2, double penalty, double shrink, double size, double? floor) =>
        Kernels.Adam(weights, gradients, first, second, beta1, beta2, penalty, shrink, size, floor);

    /// <summary>A step of Lion in one pass.</summary>
    public static void Lion(Tensor weights, Tensor gradients, Tensor mean, double beta1, double beta2, double shrink, double rate) =>
        Kernels.Lion(weights, gradients, mean, beta1, beta2, shrink, rate);

    /// <summary>A step of a moving average in one pass.</summary>
    public static void Average(Tensor average, Tensor weights, double keep) => Kernels.Average(average, weights, keep);

    /// <summary>Clips gradients; gives their norm before.</summary>
    public static double ClipNorm(Tensor gradients, double bound) => Kernels.ClipNorm(gradients, bound);

    /// <summary>Whether a device can record work: a CUDA device, unless <c>CM_GRAPHS=0</c> is in the environment.</summary>
    public static bool Records(Device device) => DeviceGraph.Serves(device) && Environment.GetEnvironmentVariable("CM_GRAPHS") != "0";

    /// <summary>What does the work of a device.</summary>
    public static IDeviceWork NewWork(Device device) => Records(device) ? new RecordedWork(device) : new PlainWork();

    /// <summary>What brings batches to a device.</summary>
    public static IUpload NewUpload(Device device) => device.type == DeviceType.CUDA ? new PinnedUpload(device) : new PlainUpload(device);

    /// <summary>How libtorch was built, several lines.</summary>
    public static string Describe() => LibTorch.BuildInfo;

    /// <summary>What connects the processes of a training, and what to do where nothing does.</summary>
    public static (string Found, string? Remedy)? Collectives => (ProcessGroup.HasGloo, ProcessGroup.HasNccl) switch
    {
        (true, true) => ("NCCL between GPUs, Gloo between CPUs", null),
        (false, true) => ("NCCL between GPUs", null),
        (true, false) => ("Gloo", null),
        _ => ("none: the headers of Gloo and NCCL were missing when the native part was built", "train with one process, or install them (Debian: apt-get install libgloo-dev) and build anew"),
    };

    /// <summary>Connects the processes of a training: over NCCL between CUDA devices where it was built in, otherwise over Gloo. Comes back when all are there.</summary>
    /// <exception cref="UserError">Collectives were not built in, or the others did not come in time.</exception>
    public static IProcessGroup Connect(Placement place, Device device, TimeSpan timeout)
    {
        if (!ProcessGroup.HasGloo && !(device.type == DeviceType.CUDA && ProcessGroup.HasNccl))
            throw new UserError($"{place.Size} processes: {Name} {Version} came without the headers of {(device.type == DeviceType.CUDA ? "NCCL and " : "")}Gloo when the native part was built; install them (Debian: apt-get install libgloo-dev) and run ./cm build, or train with one process.");
        try
        {
            return new Group(new ProcessGroup(place.Host, place.Port, place.Rank, place.Size, place.Serves, $"dslcm/{place.Attempt}", device, timeout), timeout);
        }
        catch (ExternalException failure)
        {
            throw new UserError($"{place.Size} processes: not all met at {place.Host}:{place.Port} within {timeout.TotalSeconds:N0} s ({failure.Message}); see that each was started and reaches that address.", failure);
        }
    }

    private sealed class RecordedWork(Device device) : IDeviceWork
    {
        private readonly DeviceGraph graph = new(device);

        public bool Defers => true;

        public void WarmUp(Action work) => graph.WarmUp(work);

        public void Record(Action work) => graph.Record(work);

        public void Replay() => graph.Replay();

        public void Dispose() => graph.Dispose();
    }

    private sealed class PinnedUpload(Device device) : IUpload
    {
        private readonly Upload upload = new(device);

        public Tensor Stage(ReadOnlySpan<long> shape, ScalarType type) => upload.Stage(shape, type);

        public IParcel Send(Tensor staged) => new Parcel(upload.Send(staged));

        public void Dispose() => upload.Dispose();

        private sealed class Parcel(Upload.Parcel sent) : IParcel
        {
            public Tensor Receive() => sent.Receive();

            public void Dispose() => sent.Dispose();
        }
    }

    private sealed class Group(ProcessGroup processes, TimeSpan timeout) : IProcessGroup
    {
        public int Rank => processes.Rank;

        public int Size => processes.Size;

        public void Sum(Tensor tensor) => Ask(() =>
        {
            processes.Sum(tensor);
            return tensor;
        });

        public Tensor Gather(Tensor tensor) => Ask(() => processes.Gather(tensor));

        public void Dispose() => processes.Dispose();

        private Tensor Ask(Func<Tensor> question)
        {
            try
            {
                return question();
            }
            catch (ExternalException failure)
            {
                throw new LostPeerException($"another process is gone, or did not answer within {timeout.TotalSeconds:N0} s ({failure.Message})", failure);
            }
        }
    }
}
