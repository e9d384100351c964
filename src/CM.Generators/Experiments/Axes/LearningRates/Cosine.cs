using CM.Generators.Schedules;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Experiments.Axes.LearningRates;

/// <summary>Half a cosine from the end of the warm-up down to 0 at the last step.</summary>
internal sealed class Cosine : RateDecayKind
{
    public override string Example => "[Cosine]";

    public override string Describe(AxisPlan factor, double start) =>
        start == 0 ? "·½(1 + cos(π·k/steps))" : $"·½(1 + cos(π·{ClippedText(start)}/(steps − {Number(start)})))";

    public override string Write(AxisPlan factor, double start) => start == 0
        ? " * 0.5 * (1 + Cos(PI * step / Setup.Steps))"
        : $" * 0.5 * (1 + Cos(PI * Max(step - {Number(start)}, 0) / Max(Setup.Steps - {Number(start)}, 1)))";
}
