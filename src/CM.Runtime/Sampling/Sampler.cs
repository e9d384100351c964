using System.Runtime.InteropServices;
using CM.Dsl;

namespace CM.Runtime;

/// <summary>Makes samples and pictures of them, from the same noise every time.</summary>
internal sealed class Sampler : IDisposable
{
    private const int SlicedDirections = 64;
    private const int MostRows = 16;
    private const int SamplesInRow = 8;

    private readonly ExperimentPlan plan;
    private readonly IReadOnlyList<Tensor> noise;
    private readonly IReadOnlyList<int> classes;
    private readonly Tensor? labels;
    private readonly int count;
    private readonly long seed;

    /// <summary>Draws the noise.</summary>
    /// <param name="plan">What is sampled.</param>
    /// <param name="seed">What the noise depends on.</param>
    /// <param name="count">How many samples.</param>
    /// <param name="device">Where the model is.</param>
    /// <param name="classes">Of which classes, evenly and in this order. Default: of all.</param>
    public Sampler(ExperimentPlan plan, long seed, int count, Device device, IReadOnlyList<int>? classes = null)
    {
        this.plan = plan;
        this.count = count;
        this.classes = classes ?? [.. Enumerable.Range(0, plan.Classes)];
        labels = plan.Classes == 0 ? null : Labels(device);
        this.seed = seed;
        noise = SampleNoise.Draw(seed, plan.SampleTimes.Length, count, plan.DataShape, device);
    }

    /// <summary>How many samples show what a model can do.</summary>
    /// <param name="plan">What is sampled.</param>
    /// <param name="classes">Of how many classes.</param>
    public static int UsefulCount(ExperimentPlan plan, int classes) => IsPlanar(plan) ? 2000 : classes is > 1 and <= MostRows ? classes * SamplesInRow : 64;

    /// <summary>Whether examples are points in the plane.</summary>
    public static bool IsPlanar(ExperimentPlan plan) => plan.DataShape is [2];

    /// <summary>Whether examples can be shown: points in the plane, grey or RGB images.</summary>
    public static bool IsVisible(ExperimentPlan plan) => plan.DataShape is [2] or [1 or 3, _, _];

    /// <summary>Samples, <c>[count, …]</c>, on the host.</summary>
    /// <param name="training">Whose sampler to use.</param>
    /// <param name="weights">With which weights.</param>
    public float[] Sample(Training training, ParameterStore weights)
    {
        using var _ = no_grad();
        StepSeed.Set(StepSeed.Of(seed, 0, StepSeed.Use.Matching)); // large batches are matched by a draw
        using var samples = labels is null ? training.Sample(weights, noise) : training.Sample(weights, noise, labels);
        using var single = samples.to(ScalarType.Float32);
        using var host = single.cpu();
        using var dense = host.contiguous();
        return MemoryMarshal.Cast<byte, float>(dense.bytes).ToArray();
    }

    /// <summary>A scatter plot of points over data, or a grid of images, class by class.</summary>
    /// <param name="samples">What <see cref="Sample"/> gave.</param>
    /// <param name="data">Points of the data, <c>[count, 2]</c>; not needed for images.</param>
    public Raster Draw(float[] samples, float[] data) => plan.DataShape switch
    {
        [2] => ScatterPlot.Draw(data, samples),
        [var channels, var height, var width] => ImageGrid.Draw(samples, (int)channels, (int)height, (int)width, Columns()),
        _ => throw new InvalidOperationException($"Examples of shape [{string.Join(", ", plan.DataShape)}] cannot be drawn."),
    };

    /// <summary>As many examples as there are samples, evenly spread over the data of the classes that are sampled.</summary>
    public float[] Compare(IExamples examples)
    {
        var size = (int)plan.DataShape.Aggregate(1L, (product, axis) => product * axis);
        var values = new float[count * size];
        int[]? some = examples is ILabelledExamples labelled && classes.Count < plan.Classes ? [.. Enumerable.Range(0, examples.Count).Where(index => classes.Contains(labelled.Label(index)))] : null;
        for (var i = 0; i < count; i++)
        {
            var place = (int)((long)i * (some?.Length ?? examples.Count) / count);
            examples.Read(some?[place] ?? place, values.AsSpan(i * size, size));
        }

        return values;
    }

    /// <summary>The sliced Wasserstein distance of degree 2 between points.</summary>
    public static double Distance(float[] samples, float[] data) =>
        PointSets.SlicedWasserstein(samples, data, PointSets.Directions(SlicedDirections), power: 2);

    private Tensor Labels(Device device)
    {
        using var host = tensor(Enumerable.Range(0, count).Select(i => (long)classes[(int)((long)i * classes.Count / count)]).ToArray());
        using var given = host.to(device);
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

    public void Dispose()
    {
        foreach (var draw in noise)
            draw.Dispose();
        labels?.Dispose();
    }
}
