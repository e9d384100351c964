using CM.Generators.Schedules;

namespace CM.Generators.Experiments.Axes.Losses;

/// <summary>The distance d(a, b) of a sample and its target.</summary>
internal abstract class LossKind : AxisKind
{
    /// <summary>The loss in a few words, for <c>describe</c>.</summary>
    public abstract string Describe(AxisPlan loss);

    /// <summary>The formula after "where" in the summary of <c>Losses</c>.</summary>
    public abstract string Formula(AxisPlan loss);

    /// <summary>Statements of a method body that end in the declaration of <c>distance</c>, <c>[B]</c>, and remarks.</summary>
    /// <param name="loss">The plan.</param>
    /// <param name="difference">The expression a − b, <c>[B, …]</c>, without parentheses.</param>
    /// <param name="flat">The call that flattens all axes behind the batch; empty where there is one.</param>
    public abstract IEnumerable<(string Statement, string Remark)> Write(AxisPlan loss, string difference, string flat);

    /// <summary>The declaration of a constant.</summary>
    protected static (string, string) Constant(string name, double value) => ($"const double {name} = {Literals.Number(value)};", "");
}
