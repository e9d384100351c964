using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Torch;

/// <summary>
/// Work of a CUDA device that is recorded once and launched as one from then on (a CUDA graph). A recording reads and writes the memory that it read and
/// wrote when it was made, so whoever replays it writes inputs there before, and keeps what comes out of it for as long as it is replayed. Random
/// numbers are drawn anew by each replay, from the device's default generator as it is seeded then.
/// </summary>
public sealed class DeviceGraph : IDisposable
{
    private nint handle;

    /// <summary>An empty one.</summary>
    /// <param name="device">A CUDA device.</param>
    /// <exception cref="ExternalException">There is none, or this library was built without CUDA's headers.</exception>
    public DeviceGraph(Device device)
    {
        handle = Native.cm_graph_new(Math.Max(0, device.index));
        if (handle == 0)
            throw Native.Error();
    }

    /// <summary>Whether a device can: it is a CUDA device, and this library was built with CUDA's headers.</summary>
    public static bool Serves(Device device) => device.type == DeviceType.CUDA && Native.cm_has_graphs();

    /// <summary>Does the work now, in the queue in which it will be recorded: libraries set themselves up at a first call, which cannot be recorded.</summary>
    public void WarmUp(Action work)
    {
        Native.cm_graph_enter(handle).Check();
        try
        {
            work();
        }
        finally
        {
            Native.cm_graph_leave(handle).Check();
        }
    }

    /// <summary>Records the work without doing it. It must not wait for the device, nor read from it.</summary>
    /// <exception cref="ExternalException">It did, or it fails otherwise.</exception>
    public void Record(Action work)
    {
        WarmUp(() =>
        {
            Native.cm_graph_begin(handle).Check();
            try
            {
                work();
            }
            catch
            {
                _ = Native.cm_graph_end(handle); // what failed is what work threw
                throw;
            }
            Native.cm_graph_end(handle).Check();
        });
    }

    /// <summary>Does the recorded work again.</summary>
    public void Replay() => Native.cm_graph_replay(handle).Check();

    /// <summary>Frees the recording and the memory that only it used.</summary>
    public void Dispose()
    {
        if (handle != 0)
            Native.cm_graph_release(handle);
        handle = 0;
    }
}
