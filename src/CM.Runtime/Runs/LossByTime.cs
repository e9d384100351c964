using System.Runtime.InteropServices;

namespace CM.Runtime;

/// <summary>
/// The losses of single samples, gathered by time: <see cref="Buckets"/> of them, equally wide in ln t. On the CPU each batch is read at
/// once; on another device a few are read together, so that the training does not wait for the device at every step.
/// </summary>
internal sealed class LossByTime(double from, double to) : IDisposable
{
    /// <summary>Number of buckets.</summary>
    public const int Buckets = 24;

    private const int DeviceWindow = 16;

    private readonly double width = Math.Log(to / from);
    private readonly double[] sums = new double[Buckets];
    private readonly double[] counts = new double[Buckets];
    private readonly List<Tensor> waiting = [];

    /// <summary>Times between which the buckets lie, rising, one more than there are buckets.</summary>
    public double[] Edges { get; } = [.. Enumerable.Range(0, Buckets + 1).Select(i => from * Math.Pow(to / from, (double)i / Buckets))];

    /// <summary>Takes in a batch.</summary>
    /// <param name="times"><c>[B]</c>, above 0.</param>
    /// <param name="losses"><c>[B]</c>.</param>
    public void Add(Tensor times, Tensor losses)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        waiting.Add(cat([times.to(ScalarType.Float64), losses.to(ScalarType.Float64)]).DetachFromDisposeScope());
        if (times.device.type == DeviceType.CPU || waiting.Count == DeviceWindow)
            Read();
    }

    /// <summary>Means and numbers of samples since the last call, of all processes together; NaN where there were none.</summary>
    public (double[] Means, double[] Counts) Take(IProcessGroup? group)
    {
        Read();
        if (group is not null)
        {
            using var all = tensor((double[])[.. sums, .. counts]);
            group.Sum(all);
            var total = MemoryMarshal.Cast<byte, double>(all.bytes);
            total[..Buckets].CopyTo(sums);
            total[Buckets..].CopyTo(counts);
        }
        var taken = (sums.Zip(counts, (sum, count) => sum / count).ToArray(), counts.ToArray());
        Array.Clear(sums);
        Array.Clear(counts);
        return taken;
    }

    public void Dispose() => waiting.ForEach(batch => batch.Dispose());

    private void Read()
    {
        foreach (var batch in waiting)
        {
            using (batch)
            using (var host = batch.cpu())
            {
                var values = MemoryMarshal.Cast<byte, double>(host.bytes);
                var size = values.Length / 2;
                for (var i = 0; i < size; i++)
                {
                    var bucket = BucketOf(values[i]);
                    sums[bucket] += values[size + i];
                    counts[bucket]++;
                }
            }
        }
        waiting.Clear();
    }

    private int BucketOf(double time) => Math.Clamp((int)(Buckets * Math.Log(time / from) / width), 0, Buckets - 1);
}
