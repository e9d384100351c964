namespace CM.Runtime;

/// <summary>
/// The losses of the last steps. On the CPU each is read at once; on another device they wait there until a few can be read together,
/// so that the training does not wait for the device at every step.
/// </summary>
internal sealed class LossWindow : IDisposable
{
    private const int DeviceWindow = 16;

    private readonly Tensor losses;
    private readonly Tensor[] places;
    private int waiting;
    private int step;
    private double sum;
    private int count;

    public LossWindow(Device device)
    {
        losses = zeros([device.type == DeviceType.CPU ? 1 : DeviceWindow], ScalarType.Float32, device);
        places = [.. Enumerable.Range(0, (int)losses.shape[0]).Select(i => losses.narrow(0, i, 1))];
    }

    /// <summary>The last loss that was read, smoothed over about twenty.</summary>
    public double Smoothed { get; private set; } = double.NaN;

    /// <summary>Takes in the loss of a step.</summary>
    /// <exception cref="DivergedException">A loss is not finite.</exception>
    public void Add(Tensor loss, int ofStep)
    {
        places[waiting++].copy_(loss);
        step = ofStep;
        if (waiting == places.Length)
            Read();
    }

    /// <summary>Mean of all losses since the last call.</summary>
    /// <exception cref="DivergedException">A loss is not finite.</exception>
    public double TakeMean()
    {
        Read();
        var mean = sum / count;
        (sum, count) = (0, 0);
        return mean;
    }

    /// <summary>Reads what waits on the device.</summary>
    /// <exception cref="DivergedException">A loss is not finite.</exception>
    public void Read()
    {
        if (waiting == 0)
            return;
        using var host = losses.cpu();
        var values = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(host.bytes)[..waiting];
        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
                throw new DivergedException(step - values.Length + 1 + i, "the loss", values[i]);
            sum += values[i];
            count++;
            Smoothed = double.IsNaN(Smoothed) ? values[i] : Smoothed + (values[i] - Smoothed) / 20;
        }
        waiting = 0;
    }

    public void Dispose()
    {
        foreach (var place in places)
            place.Dispose();
        losses.Dispose();
    }
}
