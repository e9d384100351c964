using static TorchSharp.torch;

namespace CM.Torch;

/// <summary>Copies of the host's memory to a CUDA device, beside what the device does meanwhile. One thread stages and sends, another receives.</summary>
public sealed class Upload : IDisposable
{
    private nint lane;

    /// <summary>A queue of its own on the device.</summary>
    /// <exception cref="System.Runtime.InteropServices.ExternalException">There is no such device.</exception>
    public Upload(Device device)
    {
        lane = Native.cm_lane_new((int)device.type, Math.Max(0, device.index));
        if (lane == 0)
            throw Native.Error();
    }

    /// <summary>Memory to fill, from which the device copies by itself.</summary>
    /// <param name="shape">Its sizes.</param>
    /// <param name="type">Of its numbers.</param>
    public Tensor Stage(ReadOnlySpan<long> shape, ScalarType type) => Native.cm_stage(shape, shape.Length, (int)type);

    /// <summary>Begins to copy; the staged tensor is the upload's from now on.</summary>
    public Parcel Send(Tensor staged)
    {
        using (staged) // the allocator of staged memory waits for the copy before it gives the memory out again
        {
            var sent = Native.cm_lane_send(lane, staged);
            return sent != 0 ? new(lane, sent) : throw Native.Error();
        }
    }

    /// <summary>Frees the queue; all parcels must have been received or disposed of.</summary>
    public void Dispose()
    {
        if (lane != 0)
            Native.cm_lane_release(lane);
        lane = 0;
    }

    /// <summary>A tensor on its way.</summary>
    public sealed class Parcel : IDisposable
    {
        private readonly nint lane;
        private nint sent;

        internal Parcel(nint lane, nint sent) => (this.lane, this.sent) = (lane, sent);

        /// <summary>The tensor on the device, once; what this thread asks of the device from now on waits for the copy.</summary>
        public Tensor Receive()
        {
            var tensor = Native.cm_lane_receive(lane, sent);
            Dispose();
            return tensor;
        }

        /// <summary>Gives up what was not received.</summary>
        public void Dispose()
        {
            if (sent != 0)
                Native.cm_sent_release(sent);
            sent = 0;
        }
    }
}
