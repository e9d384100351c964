namespace CM.Generators.Experiments.Axes.Averages;

internal sealed class EdmEma : AverageKind
{
    protected override IReadOnlyList<AxisArgument> Arguments { get; } =
        [AxisArgument.Positive("examples").First(), AxisArgument.Positive("RampUp", double.PositiveInfinity), AxisArgument.Flag("IncludesStep")];

    protected override string Prefix(AxisPlan average) => "half-life-";
}
