using System.Text.Json.Nodes;
using CM.Dsl;

namespace CM.Runtime;

/// <summary>Metrics of samples: names as in logs, and values.</summary>
/// <param name="Steps">Number of steps of the sampler; 0 for denoised data.</param>
/// <param name="Values">Name and value, the one that decides first.</param>
internal sealed record Judgement(int Steps, IReadOnlyList<KeyValuePair<string, double>> Values)
{
    /// <summary>The distance to the data, by which models are compared.</summary>
    public double Distance => Values[0].Value;

    /// <summary>An object with every value that is finite.</summary>
    public JsonObject ToJson() => new(Values.Select(value => KeyValuePair.Create(value.Key, (JsonNode?)(double.IsFinite(value.Value) ? value.Value : null))));
}

/// <summary>Judges the samples of a training: images by features, points in the plane by their distances to the data.</summary>
internal sealed class Evaluator : IDisposable
{
    private const int Block = 250;
    private const int Subsets = 20;
    private const int SubsetSize = 1000;
    private const int Neighbours = 3;
    private const int MostPoints = 2000; // of which the distances of all pairs are taken

    private readonly ExperimentPlan plan;
    private readonly FeatureNetwork? network;
    private readonly IExamples examples;
    private readonly Device device;
    private readonly long seed;
    private readonly FeatureSet? data;

    /// <summary>Prepares: features of the data are worked out or read.</summary>
    /// <param name="plan">Plan of the experiment to sample.</param>
    /// <param name="examples">The data.</param>
    /// <param name="network">Network whose features are compared; null for points in the plane. The caller keeps it.</param>
    /// <param name="seed">Seed of the noise.</param>
    /// <param name="device">Device of the model and the network.</param>
    /// <param name="goesOn">Called now and then while features are worked out.</param>
    public Evaluator(ExperimentPlan plan, IExamples examples, FeatureNetwork? network, long seed, Device device, Action? goesOn = null)
    {
        this.plan = plan;
        this.examples = examples;
        this.network = network;
        this.seed = seed;
        this.device = device;
        data = network is null ? null : FeatureCache.Of(examples, plan.DataShape, network, device, goesOn);
    }

    /// <summary>Judges samples.</summary>
    /// <param name="training">Trainer whose sampler is used.</param>
    /// <param name="weights">With which weights.</param>
    /// <param name="steps">Number of sampling times to go through, from the first on.</param>
    /// <param name="count">Number of samples.</param>
    /// <param name="goesOn">Called now and then.</param>
    public Judgement Judge(ConsistencyTrainer training, ParameterStore weights, int steps, int count, Action? goesOn = null)
    {
        var samples = Samples(training, weights, steps, count, goesOn);
        return new(steps, [.. data is null ? OfPoints(Host(samples)) : OfImages(samples, everything: true)]);
    }

    /// <summary>dFID_t (Lee et al. 2025, section 4): the distance of data that were noised to a time and restored in one step.</summary>
    /// <param name="training">Trainer whose model is used.</param>
    /// <param name="weights">With which weights.</param>
    /// <param name="time">t.</param>
    /// <param name="count">Number of examples, at most.</param>
    public Judgement JudgeRestored(ConsistencyTrainer training, ParameterStore weights, double time, int count)
    {
        var blocks = Enumerable.Range(0, (Math.Min(count, examples.Count) + Block - 1) / Block).Select(block =>
        {
            using var frozen = no_grad();
            var begin = block * Block;
            using var images = FeatureSet.Read(examples, begin, Math.Min(Block, Math.Min(count, examples.Count) - begin), plan.DataShape, device);
            using var noise = SampleNoise.Draw(seed, 1, (int)images.shape[0], plan.DataShape, device, block)[0];
            using var labels = plan.Classes == 0 ? null : OneHotOf(Enumerable.Range(begin, (int)images.shape[0]).Select(i => (long)((ILabelledExamples)examples).Label(i)));
            return training.Denoise(weights, images, noise, time, labels);
        });
        return new(0, [.. data is null ? OfPoints(Host(blocks)) : OfImages(blocks, everything: false)]);
    }

    public void Dispose() => data?.Dispose();

    private IEnumerable<KeyValuePair<string, double>> OfImages(IEnumerable<Tensor> images, bool everything)
    {
        using var samples = FeatureSet.Of(images, network!);
        yield return new("frechet_distance", FrechetDistance.Between(data!.Statistics, samples.Statistics, network!.Unbiased));
        if (!everything)
            yield break;
        var (kernel, deviation) = KernelDistance.Between(data.Features, samples.Features, Subsets, SubsetSize, seed);
        yield return new("kernel_distance", kernel);
        yield return new("kernel_distance_deviation", deviation);
        if (Math.Min(data.Features.shape[0], samples.Features.shape[0]) > Neighbours)
        {
            var (precision, recall) = NeighbourManifold.Between(data.Features, samples.Features, Neighbours);
            yield return new("precision", precision);
            yield return new("recall", recall);
        }
        if (samples.Probabilities is { } probabilities)
            yield return new("inception_score", InceptionScore.Of(probabilities, 1).Mean);
    }

    private IEnumerable<KeyValuePair<string, double>> OfPoints(float[] samples)
    {
        if (samples.Any(value => !float.IsFinite(value)))
        {
            yield return new("sliced_wasserstein", double.NaN);
            yield break;
        }
        var wanted = Spread(samples.Length / 2);
        yield return new("sliced_wasserstein", PointSets.Distance(samples, wanted));
        var few = Math.Min(samples.Length / 2, MostPoints);
        yield return new("energy_distance", PointSets.EnergyDistance(samples.AsSpan(0, 2 * few), Spread(few)));
        if (plan.Data is IModes modes)
        {
            var (covered, share) = PointSets.Coverage(samples, modes);
            yield return new("modes", covered);
            yield return new("share_near_modes", share);
        }
    }

    private IEnumerable<Tensor> Samples(ConsistencyTrainer training, ParameterStore weights, int steps, int count, Action? goesOn)
    {
        for (var (begin, block) = (0, 0); begin < count; begin += Block, block++)
        {
            using var frozen = no_grad();
            var noise = SampleNoise.Draw(seed, steps, Math.Min(Block, count - begin), plan.DataShape, device, block);
            yield return plan.Classes == 0 ? training.Sample(weights, noise) : OfEveryClass(training, weights, noise, begin);
            foreach (var draw in noise)
                draw.Dispose();
            goesOn?.Invoke();
        }
    }

    // Samples of one class after the other.
    private Tensor OfEveryClass(ConsistencyTrainer training, ParameterStore weights, IReadOnlyList<Tensor> noise, int begin)
    {
        using var labels = OneHotOf(Enumerable.Range(begin, (int)noise[0].shape[0]).Select(i => (long)(i % plan.Classes)));
        return training.Sample(weights, noise, labels);
    }

    private Tensor OneHotOf(IEnumerable<long> classes)
    {
        using var given = tensor(classes.ToArray(), device: device);
        return OneHot.Of(given, plan.Classes);
    }

    private static float[] Host(IEnumerable<Tensor> blocks)
    {
        var values = new List<float>();
        foreach (var block in blocks)
        {
            using var scope = NewDisposeScope();
            using var _ = block;
            values.AddRange(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(block.to(ScalarType.Float32).cpu().contiguous().bytes));
        }
        return [.. values];
    }

    // Examples spread evenly over the data.
    private float[] Spread(int count)
    {
        var values = new float[2 * count];
        for (var i = 0; i < count; i++)
            examples.Read((int)((long)i * examples.Count / count), values.AsSpan(2 * i, 2));
        return values;
    }
}
