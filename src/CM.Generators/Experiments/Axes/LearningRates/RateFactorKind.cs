using CM.Generators.Schedules;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Experiments.Axes.LearningRates;

/// <summary>A factor of the learning rate that depends on the step k.</summary>
internal abstract class RateFactorKind : AxisKind
{
    /// <summary>The factor as a formula behind the rate.</summary>
    /// <param name="factor">The plan.</param>
    /// <param name="start">The step at which a warm-up ends; 0 without one.</param>
    public abstract string Describe(AxisPlan factor, double start);

    /// <summary>The factor as code behind the rate, over <c>step</c> and <c>Setup.Steps</c>.</summary>
    /// <param name="factor">The plan.</param>
    /// <param name="start">The step at which a warm-up ends; 0 without one.</param>
    public abstract string Write(AxisPlan factor, double start);

    /// <summary>A number that C# does not take for an integer, whose quotients are integers.</summary>
    protected static string Real(double value) => Number(value) is var text && text.All(char.IsDigit) ? text + ".0" : text;

    protected static string ClippedText(double from) => from == 0 ? "k" : $"max(k − {Number(from)}, 0)";
}

/// <summary>A factor that falls.</summary>
internal abstract class RateDecayKind : RateFactorKind;
