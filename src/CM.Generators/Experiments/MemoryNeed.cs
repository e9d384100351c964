using System.Globalization;
using CM.Generators.Couplings;
using CM.Generators.Experiments.Axes;
using CM.Generators.Experiments.Axes.Optimizers;
using CM.Generators.Networks;
using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Experiments;

/// <summary>The least memory that a training takes.</summary>
/// <param name="Weights">Number of trained elements.</param>
/// <param name="Copies">Tensors of that size, in words, and their number.</param>
/// <param name="Example">Bytes that one example keeps from the forward to the backward pass.</param>
/// <param name="Batch">Examples in a step.</param>
internal sealed record MemoryNeed(long Weights, EquatableArray<(string What, int Times)> Copies, long Example, int Batch)
{
    private const double GiB = 1L << 30;

    /// <summary>Null where sizes are open or parts are missing.</summary>
    public static MemoryNeed? Of(Experiment experiment, BlockContract model)
    {
        if (experiment is not { Data: { } data, Coupling: { } coupling, Optimizer: { } optimizer, Batch: > 0 })
            return null;
        var wiring = (coupling as DeclaredCoupling)?.Wiring;
        var sizes = new Dictionary<string, Dim>();
        BlockSizes.Bind(model.Inputs, [Shape.Of([Dim.Of("B"), .. data.Shape.Select(size => (Dim)size)]), PartKind.PerSample, Shape.Of([Dim.Of("B"), data.Classes])], sizes);
        var numbers = model.Inputs.Concat(model.Outputs).Aggregate(model.Activations, (sum, shape) => sum + shape.Numbers).With(sizes) + (wiring?.Activations ?? 0);
        return (model.Count + (wiring?.Count ?? 0)).Value is { } weights && numbers.Value is { } kept
            ? new(weights, Held(experiment, optimizer).ToEquatable(), 4 * kept, experiment.Batch)
            : null;
    }

    public double Bytes => 4.0 * Weights * Copies.Sum(copies => copies.Times) + (double)Example * Batch;

    /// <summary>The largest batch that fits; 0 where none does.</summary>
    public long BatchWithin(double gib) => Math.Max(0, (long)((gib * GiB - (Bytes - (double)Example * Batch)) / Math.Max(1, Example)));

    public bool FitsIn(double gib) => Bytes <= gib * GiB;

    /// <summary>The sum in words.</summary>
    public string Sum => string.Format(CultureInfo.InvariantCulture, "{0:N0} weights are {1:0.00} GiB, held {2} times as {3}; {4:N0} examples keep {5:N0} bytes each, {6:0.00} GiB",
        Weights, 4 * Weights / GiB, Copies.Sum(copies => copies.Times), string.Join(", ", Copies.Select(copies => copies.Times == 1 ? copies.What : $"{copies.Times} {copies.What}s")), Batch, Example, Example * Batch / GiB);

    public string Total => (Bytes / GiB).ToString("0.00", CultureInfo.InvariantCulture);

    /// <summary>Number of elements held for each trained one.</summary>
    public static int CopiesOf(Experiment experiment) => Held(experiment, experiment.Optimizer!).Sum(copies => copies.Times);

    private static IEnumerable<(string What, int Times)> Held(Experiment experiment, AxisPlan optimizer) => new[]
    {
        ("weights", 1), ("gradients", 1), ("moment", AxisKind.Of<OptimizerKind>(optimizer).Moments), ("average", experiment.Averages.Count), ("frozen weights", experiment.HasFrozen ? 1 : 0),
    }.Where(copies => copies.Item2 > 0);
}
