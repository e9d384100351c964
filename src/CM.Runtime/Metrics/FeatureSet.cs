using System.Runtime.InteropServices;
using CM.Dsl;

namespace CM.Runtime;

/// <summary>
/// Features of a set of images: their statistics over all of them, and the features and class probabilities of as many as precision,
/// recall, kernel distance and Inception score are worked out on.
/// </summary>
internal sealed class FeatureSet : IDisposable
{
    /// <summary>Number of examples' features are kept.</summary>
    public const int MostKept = 10_000;

    private const int Block = 250;

    private readonly List<Tensor> features = [];
    private readonly List<Tensor> probabilities = [];

    private FeatureSet(FeatureStatistics statistics) => Statistics = statistics;

    /// <summary>Count, mean and covariance.</summary>
    public FeatureStatistics Statistics { get; }

    /// <summary>Features of the examples that were kept, <c>[n, d]</c>, float32, on the host.</summary>
    public Tensor Features => Joined(features);

    /// <summary>
    /// Probabilities of their classes, <c>[n, classes]</c>, float32, on the host; null where the network tells none apart.
    /// </summary>
    public Tensor? Probabilities => probabilities.Count == 0 ? null : Joined(probabilities);

    /// <summary>Features of examples, all of them; those that are kept are spread evenly.</summary>
    public static FeatureSet Of(IExamples examples, long[] shape, FeatureNetwork network, Device device, Action? goesOn)
    {
        var keepEvery = (examples.Count + MostKept - 1) / MostKept;
        return Of(Blocks(), network, keepEvery);

        IEnumerable<Tensor> Blocks()
        {
            for (var begin = 0; begin < examples.Count; begin += Block)
            {
                yield return Read(examples, begin, Math.Min(Block, examples.Count - begin), shape, device);
                goesOn?.Invoke();
            }
        }
    }

    /// <summary>Features of images.</summary>
    /// <param name="blocks">Blocks, from −1 to 1, <c>[n, channels, height, width]</c>; disposed of here.</param>
    /// <param name="network">Network that computes the features.</param>
    /// <param name="keepEvery">Distance of the images that are kept: one of so many.</param>
    public static FeatureSet Of(IEnumerable<Tensor> blocks, FeatureNetwork network, int keepEvery = 1)
    {
        FeatureSet? set = null;
        var position = 0L;
        foreach (var images in blocks)
        {
            using var frozen = no_grad();
            using var scope = NewDisposeScope();
            using var _ = images;
            var (found, logits) = network.Look(images);
            set ??= new FeatureSet(new FeatureStatistics((int)found.shape[1], found.device));
            set.Statistics.Add(found);
            var first = (keepEvery - position % keepEvery) % keepEvery;
            position += images.shape[0];
            if (first >= images.shape[0] || set.features.Sum(part => part.shape[0]) >= MostKept)
                continue;
            set.features.Add(Kept(found, first));
            if (logits is not null)
                set.probabilities.Add(Kept(logits.softmax(1), first));
        }
        return set ?? throw new InvalidOperationException("There are no images.");

        Tensor Kept(Tensor rows, long first) =>
            rows.slice(0, first, rows.shape[0], keepEvery).to(ScalarType.Float32).cpu().clone().DetachFromDisposeScope();
    }

    /// <summary>A set that was saved.</summary>
    public static FeatureSet Restore(FeatureStatistics statistics, Tensor features)
    {
        var set = new FeatureSet(statistics);
        set.features.Add(features);
        return set;
    }

    /// <summary>Examples in the order in which they lie, <c>[count, …]</c>, on the device.</summary>
    public static Tensor Read(IExamples examples, int begin, int count, long[] shape, Device device)
    {
        var host = empty([count, .. shape], ScalarType.Float32);
        var values = MemoryMarshal.Cast<byte, float>(host.bytes);
        var size = values.Length / count;
        for (var i = 0; i < count; i++)
            examples.Read(begin + i, values.Slice(i * size, size));
        if (device.type == DeviceType.CPU)
            return host;
        using (host)
            return host.to(device);
    }

    public void Dispose()
    {
        Statistics.Dispose();
        foreach (var part in features.Concat(probabilities))
            part.Dispose();
    }

    // Joins the parts the first time that they are asked for.
    private static Tensor Joined(List<Tensor> parts)
    {
        if (parts.Count == 1)
            return parts[0];
        var joined = cat(parts).DetachFromDisposeScope();
        foreach (var part in parts)
            part.Dispose();
        parts.Clear();
        parts.Add(joined);
        return joined;
    }
}
