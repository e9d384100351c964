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
