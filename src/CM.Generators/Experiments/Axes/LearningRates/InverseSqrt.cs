using CM.Generators.Schedules;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Experiments.Axes.LearningRates;

/// <summary>1/√max((k − after)/steps, 1).</summary>
internal sealed class InverseSqrt : RateDecayKind
{
    public override string Example => "[InverseSqrt(steps)]";

    protected override IReadOnlyList<AxisArgument> Arguments { get; } = [AxisArgument.Positive("steps").First(), AxisArgument.NonNegative("After")];

    public override string Describe(AxisPlan factor, double start) =>
        $"/√max({(factor["After"] == 0 ? "k" : $"(k − {Number(factor["After"])})")}/{Number(factor["steps"])}, 1)";

    public override string Write(AxisPlan factor, double start) =>
        $" / Sqrt(Max({(factor["After"] == 0 ? "step" : $"(step - {Number(factor["After"])})")} / {Real(factor["steps"])}, 1))";
}
