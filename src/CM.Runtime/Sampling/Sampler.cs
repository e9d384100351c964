using System.Runtime.InteropServices;

namespace CM.Runtime;

/// <summary>Makes samples and pictures of them, from the same noise every time.</summary>
internal sealed class Sampler : IDisposable
{
    private const int SlicedDirections = 64;

    private readonly ExperimentPlan plan;
    private readonly IReadOnlyList<Tensor> noise;
    private readonly int count;

    /// <summary>Draws the noise.</summary>
    /// <param name="plan">What is sampled.</param>
    /// <param name="seed">What the noise depends on.</param>
    /// <param name="count">How many samples.</param>
    /// <param name="device">Where the model is.</param>
    public Sampler(ExperimentPlan plan, long seed, int count, Device device)
    {
        this.plan = plan;
        this.count = count;
        noise = SampleNoise.Draw(seed, plan.SampleTimes.Length, count, plan.DataShape, device);
    }

    /// <summary>How many samples show what a model can do.</summary>
    public static int UsefulCount(ExperimentPlan plan) => IsPlanar(plan) ? 2000 : 64;

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
        using var samples = training.Sample(weights, noise);
        using var single = samples.to(ScalarType.Float32);
        using var host = single.cpu();
        using var dense = host.contiguous();
        return MemoryMarshal.Cast<byte, float>(dense.bytes).ToArray();
    }

    /// <summary>A scatter plot of points over data, or a grid of images.</summary>
    /// <param name="samples">What <see cref="Sample"/> gave.</param>
    /// <param name="data">Points of the data, <c>[count, 2]</c>; not needed for images.</param>
    public Raster Draw(float[] samples, float[] data) => plan.DataShape switch
    {
        [2] => ScatterPlot.Draw(data, samples),
        [var channels, var height, var width] => ImageGrid.Draw(samples, (int)channels, (int)height, (int)width),
        _ => throw new InvalidOperationException($"Examples of shape [{string.Join(", ", plan.DataShape)}] cannot be drawn."),
    };

    /// <summary>As many examples as there are samples, evenly spread over the data.</summary>
    public float[] Compare(CM.Dsl.IExamples examples)
    {
        var size = (int)plan.DataShape.Aggregate(1L, (product, axis) => product * axis);
        var values = new float[count * size];
        for (var i = 0; i < count; i++)
            examples.Read((int)((long)i * examples.Count / count), values.AsSpan(i * size, size));
        return values;
    }

    /// <summary>The sliced Wasserstein distance of degree 2 between points.</summary>
    public static double Distance(float[] samples, float[] data) =>
        PointSets.SlicedWasserstein(samples, data, PointSets.Directions(SlicedDirections), power: 2);

    public void Dispose()
    {
        foreach (var draw in noise)
            draw.Dispose();
    }
}
