namespace CM.Generators.Experiments.Axes.Optimizers;

internal class Adam : OptimizerKind
{
    public override int Moments => 2;

    public override string? Offer => $"{Name}(1e-3)";

    protected virtual double UsualDecay => 0;

    protected override IReadOnlyList<AxisArgument> Arguments =>
    [
        AxisArgument.Positive("learningRate").First(), AxisArgument.Share("Beta1", 0.9), AxisArgument.Share("Beta2", 0.999),
        AxisArgument.Positive("Epsilon", 1e-8), AxisArgument.NonNegative("WeightDecay", UsualDecay),
    ];
}
