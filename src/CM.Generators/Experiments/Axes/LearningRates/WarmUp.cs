using CM.Generators.Schedules;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Experiments.Axes.LearningRates;

/// <summary>min((k − after)/steps, 1).</summary>
internal sealed class WarmUp : RateFactorKind
{
    public override string Example => "[WarmUp(steps)]";

    protected override IReadOnlyList<AxisArgument> Arguments { get; } = [AxisArgument.Positive("steps").First(), AxisArgument.NonNegative("After")];

    /// <summary>The step from which the factor is 1.</summary>
    public static double End(AxisPlan? warmUp) => warmUp is null ? 0 : warmUp["After"] + warmUp["steps"];

    public override string Describe(AxisPlan factor, double start) => $"·min({ClippedText(factor["After"])}/{Number(factor["steps"])}, 1)";

    public override string Write(AxisPlan factor, double start) =>
        $" * Min({(factor["After"] == 0 ? "step" : $"Max(step - {Number(factor["After"])}, 0)")} / {Real(factor["steps"])}, 1)";
}
