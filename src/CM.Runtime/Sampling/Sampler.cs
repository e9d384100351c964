using System.Runtime.InteropServices;
using CM.Dsl;

namespace CM.Runtime;

/// <summary>Makes samples and pictures of them, from the same noise every time.</summary>
internal sealed class Sampler
{
    private const int MostRows = 16;
    private const int SamplesInRow = 8;
    private const long MostValues = 250 * 3 * 64 * 64; // in samples that are made at once

    private readonly ExperimentPlan plan;
    private readonly IReadOnlyList<int> classes;
    private readonly Device device;
    private readonly int count;
    private readonly int size;
    private readonly long seed;

    /// <summary>Chooses the samples.</summary>
    /// <param name="plan">The sampled experiment.</param>
    /// <param name="seed">Seed of the noise.</param>
    /// <param name="count">Number of samples.</param>
    /// <param name="device">Device of the model.</param>
    /// <param name="classes">Classes of the samples, evenly and in this order. Default: all.</param>
    public Sampler(ExperimentPlan plan, long seed, int count, Device device, IReadOnlyList<int>? classes = null)
    {
        this.plan = plan;
        this.count = count;
        this.classes = classes ?? [.. Enumerable.Range(0, plan.Classes)];
        this.device = device;
        this.seed = seed;
        size = (int)plan.DataShape.Aggregate(1L, (product, axis) => product * axis);
    }

    /// <summary>The class of each sample; empty where the model takes no labels.</summary>
    public IReadOnlyList<int> Labels => plan.Classes == 0 ? [] : [.. Enumerable.Range(0, count).Select(i => classes[(int)((long)i * classes.Count / count)])];

    /// <summary>Shape of all samples.</summary>
    public long[] Shape => [count, .. plan.DataShape];

    /// <summary>Number of samples that show a model's quality.</summary>
    /// <param name="plan">Plan of the experiment to sample.</param>
    /// <param name="classes">Number of classes.</param>
    public static int UsefulCount(ExperimentPlan plan, int classes) => IsPlanar(plan) ? 2000 : classes is > 1 and <= MostRows ? classes * SamplesInRow : 64;

    /// <summary>Whether examples are points in the plane.</summary>
    public static bool IsPlanar(ExperimentPlan plan) => plan.DataShape is [2];

    /// <summary>Whether examples can be shown: points in the plane, grey or RGB images.</summary>
    public static bool IsVisible(ExperimentPlan plan) => plan.DataShape is [2] or [1 or 3, _, _];

    /// <summary>Samples, <c>[count, …]</c>, on the host.</summary>
    /// <param name="training">The training whose sampler is used.</param>
    /// <param name="weights">Its weights.</param>
    public float[] Sample(ConsistencyTrainer training, ParameterStore weights) => [.. SampleInParts(training, weights).SelectMany(part => part)];

    /// <summary>The same samples, as several arrays of whole ones where all together take too much memory.</summary>
    /// <param name="training">The training whose sampler is used.</param>
    /// <param name="weights">Its weights.</param>
    public IEnumerable<float[]> SampleInParts(ConsistencyTrainer training, ParameterStore weights)
    {
        var atOnce = (int)Math.Clamp(MostValues / size, 1, count);
        for (var (begin, part) = (0, 0); begin < count; begin += atOnce, part++)
            yield return SamplePart(training, weights, part, begin, Math.Min(atOnce, count - begin));
    }

    /// <summary>A scatter plot of points over data, or a grid of images, class by class.</summary>
    /// <param name="samples">Result of <see cref="Sample"/>.</param>
    /// <param name="data">Points of the data, <c>[count, 2]</c>; not needed for images.</param>
    public EncodedImage Draw(float[] samples, float[] data) => plan.DataShape switch
    {
        [2] => ScatterPlot.Draw(data, samples),
        [var channels, var height, var width] => ImageGrid.Draw(samples, (int)channels, (int)height, (int)width, Columns()),
        _ => throw new InvalidOperationException($"Examples of shape [{string.Join(", ", plan.DataShape)}] cannot be drawn."),
    };

    /// <summary>As many examples as there are samples, evenly spread over the data of the classes that are sampled.</summary>
    public float[] Compare(IExamples examples)
    {
        var values = new float[count * size];
        int[]? some = examples is ILabelledExamples labelled && classes.Count < plan.Classes ? [.. Enumerable.Range(0, examples.Count).Where(index => classes.Contains(labelled.Label(index)))] : null;
        for (var i = 0; i < count; i++)
        {
            var place = (int)((long)i * (some?.Length ?? examples.Count) / count);
            examples.Read(some?[place] ?? place, values.AsSpan(i * size, size));
        }

        return values;
    }

    private float[] SamplePart(ConsistencyTrainer training, ParameterStore weights, int part, int begin, int many)
    {
        using var frozen = no_grad();
        var noise = SampleNoise.Draw(seed, plan.SampleTimes.Length, many, plan.DataShape, device, part);
        using var labels = plan.Classes == 0 ? null : OneHotLabels(begin, many);
        StepSeed.Set(StepSeed.Of(seed, part, StepSeed.Use.Matching)); // large batches are matched by a draw
        using var samples = training.Sample(weights, noise, labels);
        using var single = samples.to(ScalarType.Float32);
        using var host = single.cpu();
        using var dense = host.contiguous();
        var values = MemoryMarshal.Cast<byte, float>(dense.bytes).ToArray();
        foreach (var draw in noise)
            draw.Dispose();
        return values;
    }

    private Tensor OneHotLabels(int begin, int many)
    {
        using var given = tensor(Labels.Skip(begin).Take(many).Select(label => (long)label).ToArray(), device: device);
        return OneHot.Of(given, plan.Classes);
    }

    // Whole rows of a class, where that does not make the grid narrow.
    private int Columns()
    {
        var side = ImageGrid.Side(count);
        if (classes.Count == 0 || count % classes.Count != 0)
            return side;
        var columns = Enumerable.Range(1, side).Last(width => count / classes.Count % width == 0);
        return 2 * columns >= side ? columns : side;
    }
}
