using CM.Generators.Schedules;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Experiments.Axes.Averages;

/// <summary>A moving average of the weights: a rule of CM.Runtime of the same name, whose first argument says how much is kept.</summary>
internal abstract class AverageKind : AxisKind
{
    public sealed override string Example => $"[{Name}({Arguments[0].Name})]";

    /// <summary>True when the average makes the targets.</summary>
    public virtual bool Teaches => false;

    /// <summary>The first argument: a decay, a width or a half-life.</summary>
    public double Size(AxisPlan average) => average[Arguments[0].Name];

    /// <summary>The average under its name in checkpoints, and its settings.</summary>
    public virtual string Describe(AxisPlan average) => Prefix(average) + Number(Size(average)) + string.Concat(Shown(average).Select(setting => $" {setting.Name} {setting.Value}"));

    /// <summary>The expression that makes its rule.</summary>
    /// <param name="average">The plan.</param>
    /// <param name="schedule">The schedule's type in code.</param>
    public virtual string Construct(AxisPlan average, string schedule) => $"new {Name}({Number(Size(average))}{NamedArguments(average)})";

    /// <summary>The beginning of the average's name in checkpoints.</summary>
    protected virtual string Prefix(AxisPlan average) => "";

    protected virtual IEnumerable<(string Name, string Value)> Shown(AxisPlan average) => Settings(average);
}
