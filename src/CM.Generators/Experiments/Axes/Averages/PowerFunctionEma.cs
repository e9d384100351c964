namespace CM.Generators.Experiments.Axes.Averages;

internal sealed class PowerFunctionEma : AverageKind
{
    private const string Swapped = nameof(Swapped);

    protected override IReadOnlyList<AxisArgument> Arguments { get; } =
    [
        new AxisArgument("sigmaRel", deviation => deviation > 0 && deviation < Math.Sqrt(1 / 12.0), "above 0 and below 0.2886").First(),
        AxisArgument.NonNegative("Snapshots"), AxisArgument.Flag(Swapped),
    ];

    public override AxisPlan Read(AxisAttribute attribute)
    {
        if (attribute.Has(Swapped))
            attribute.Named("Snapshots", times => times == 0, "0, because only EDM2's profile can be taken apart again and this one has Swapped");
        return base.Read(attribute);
    }

    protected override string Prefix(AxisPlan average) => average.Is(Swapped) ? "swapped-power-" : "power-";

    protected override IEnumerable<(string Name, string Value)> Shown(AxisPlan average) => Settings(average).Where(setting => setting.Value != "true");
}
