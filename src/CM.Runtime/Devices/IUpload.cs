namespace CM.Runtime;

/// <summary>Copies batches to the device beside what it does meanwhile: one thread stages and sends, another receives.</summary>
internal interface IUpload : IDisposable
{
    /// <summary>Memory of the host to fill.</summary>
    /// <param name="shape">Its sizes.</param>
    /// <param name="type">Of its numbers.</param>
    Tensor Stage(ReadOnlySpan<long> shape, ScalarType type);

    /// <summary>Begins to copy; the staged tensor is the upload's from now on.</summary>
    IParcel Send(Tensor staged);
}

/// <summary>A tensor on its way; disposing of it gives up what was not received.</summary>
internal interface IParcel : IDisposable
{
    /// <summary>The tensor on the device, once; what is asked of the device from now on waits for the copy.</summary>
    Tensor Receive();
}

/// <summary>Copies at once, when they are received.</summary>
internal sealed class PlainUpload(Device device) : IUpload
{
    /// <inheritdoc/>
    public Tensor Stage(ReadOnlySpan<long> shape, ScalarType type) => empty(shape, type);

    /// <inheritdoc/>
    public IParcel Send(Tensor staged) => new Parcel(staged, device);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private sealed class Parcel(Tensor staged, Device device) : IParcel
    {
        private Tensor? here = staged;

        public Tensor Receive()
        {
            var tensor = here!;
            here = null;
            if (device.type == DeviceType.CPU)
                return tensor;
            using (tensor)
                return tensor.to(device);
        }

        public void Dispose() => here?.Dispose();
    }
}
