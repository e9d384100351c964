namespace CM.Generators.Experiments.Axes.Averages;

internal sealed class Ema : AverageKind
{
    protected override IReadOnlyList<AxisArgument> Arguments { get; } = [AxisArgument.Share("decay").First()];
}
