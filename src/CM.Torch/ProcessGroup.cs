using static TorchSharp.torch;

namespace CM.Torch;

/// <summary>
/// Processes that compute together over libtorch's c10d: NCCL between CUDA devices where this library was built with it, otherwise Gloo, through the
/// host's memory. Every process calls the same methods in the same order.
/// </summary>
public sealed class ProcessGroup : IDisposable
{
    private nint handle;

    /// <summary>Connects with the others; comes back when all are there.</summary>
    /// <param name="host">Where the process that serves the meeting point runs.</param>
    /// <param name="port">Its TCP port.</param>
    /// <param name="rank">The place of this process, from 0 up to, but not including, <paramref name="size"/>.</param>
    /// <param name="size">How many processes there are, 1 or more.</param>
    /// <param name="serves">Whether this process serves the meeting point: rank 0, unless whoever started it does so already.</param>
    /// <param name="prefix">Tells one start of a job from the next at the same meeting point.</param>
    /// <param name="device">Where the tensors lie that are exchanged.</param>
    /// <param name="timeout">How long a call waits for the others.</param>
    /// <exception cref="System.Runtime.InteropServices.ExternalException">They did not come in time, or the library was built without collectives.</exception>
    public ProcessGroup(string host, int port, int rank, int size, bool serves, string prefix, Device device, TimeSpan timeout)
    {
        Rank = rank;
        Size = size;
        handle = Native.cm_group_connect(host, port, rank, size, serves, prefix, device.type == TorchSharp.DeviceType.CUDA && HasNccl ? Math.Max(0, device.index) : -1, (long)timeout.TotalMilliseconds);
        if (handle == 0)
            throw Native.Error();
    }

    /// <summary>Whether the library was built with Gloo.</summary>
    public static bool HasGloo => Native.cm_has_gloo();

    /// <summary>Whether the library was built with NCCL.</summary>
    public static bool HasNccl => Native.cm_has_nccl();

    /// <summary>The place of this process, counted from 0.</summary>
    public int Rank { get; }

    /// <summary>How many processes there are.</summary>
    public int Size { get; }

    /// <summary>Replaces a tensor by its sum over all processes, in place; all get the same bits.</summary>
    /// <exception cref="System.Runtime.InteropServices.ExternalException">A process is gone, or did not answer in time.</exception>
    public void Sum(Tensor tensor) => Native.cm_group_sum(handle, tensor).Check();

    /// <summary>The tensors of all processes, in the order of their ranks, one after the other along axis 0.</summary>
    /// <param name="tensor">Of the same shape on each, at least one axis.</param>
    /// <exception cref="System.Runtime.InteropServices.ExternalException">A process is gone, or did not answer in time.</exception>
    public Tensor Gather(Tensor tensor) => Native.cm_group_gather(handle, tensor);

    /// <summary>Leaves the group.</summary>
    public void Dispose()
    {
        if (handle != 0)
            Native.cm_group_release(handle);
        handle = 0;
    }
}
