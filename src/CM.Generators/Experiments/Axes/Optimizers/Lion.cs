namespace CM.Generators.Experiments.Axes.Optimizers;

internal sealed class Lion : OptimizerKind
{
    public override int Moments => 1;

    protected override IReadOnlyList<AxisArgument> Arguments { get; } =
        [AxisArgument.Positive("learningRate").First(), AxisArgument.Share("Beta1", 0.9), AxisArgument.Share("Beta2", 0.99), AxisArgument.NonNegative("WeightDecay")];

    // A decoupled decay is meant a step at the full rate; the runtime's is in learning rates.
    public override AxisPlan Read(AxisAttribute attribute)
    {
        var plan = base.Read(attribute);
        return !attribute.Has("Decoupled") ? plan : plan with
        {
            Numbers = plan.Numbers.Select(number => number.Name == "WeightDecay" ? (number.Name, number.Value / plan["learningRate"]) : number).ToEquatable(),
        };
    }
}
