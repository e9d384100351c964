namespace CM.Generators.Experiments.Axes.Averages;

internal sealed class EmaWarmUp : AverageKind
{
    protected override IReadOnlyList<AxisArgument> Arguments { get; } =
        [AxisArgument.Share("decay").First(), AxisArgument.Count("Every", 1), AxisArgument.NonNegative("After")];

    protected override string Prefix(AxisPlan average) => "warm-up-";
}
