using System.ComponentModel;

namespace CM.Runtime;

/// <summary>
/// A grid of times and the distribution of its intervals, kept on the device that draws from it, so that a draw copies nothing there.
/// </summary>
/// <param name="times">The ends of the intervals, ascending: one more than there are intervals.</param>
/// <param name="probabilities">Probability of each interval.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class TimePartition(double[] times, double[] probabilities)
{
    private Placed? last;

    /// <summary>Number of intervals.</summary>
    public int Intervals => probabilities.Length;

    /// <summary>Draws intervals.</summary>
    /// <param name="count">Batch size B.</param>
    /// <param name="device">Where.</param>
    /// <returns>The upper and the lower end of each, <c>[B]</c>, float64.</returns>
    public (Tensor Upper, Tensor Lower) Draw(long count, Device device)
    {
        using var _ = NewDisposeScope();
        var here = On(device);
        var interval = here.Probabilities.multinomial(count, replacement: true);
        var (upper, lower) = (here.Times.index_select(0, interval + 1), here.Times.index_select(0, interval));
        return (upper.MoveToOuterDisposeScope(), lower.MoveToOuterDisposeScope());
    }

    // Replaced as a whole, so that any thread may look at it.
    private Placed On(Device device) =>
        last is { } placed && placed.Device.type == device.type && placed.Device.index == device.index ? placed
        : last = new(device, Kept(times, device), Kept(probabilities, device));

    private static Tensor Kept(double[] numbers, Device device) => tensor(numbers, device: device).DetachFromDisposeScope();

    private sealed record Placed(Device Device, Tensor Times, Tensor Probabilities);
}
