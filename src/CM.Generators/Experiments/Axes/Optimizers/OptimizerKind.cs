using static CM.Generators.Core.Literals;

namespace CM.Generators.Experiments.Axes.Optimizers;

/// <summary>An optimiser: a class of CM.Runtime of the same name.</summary>
internal abstract class OptimizerKind : AxisKind
{
    public sealed override string Example => $"[{Name}(rate)]";

    /// <summary>Running means that are kept for each weight.</summary>
    public abstract int Moments { get; }

    /// <summary>The optimiser in a few words, for <c>describe</c>.</summary>
    /// <param name="optimizer">The plan.</param>
    /// <param name="rate">The learning rate at step k, as a formula.</param>
    public string Describe(AxisPlan optimizer, string rate) =>
        $"{Name}, rate {rate}{string.Concat(Settings(optimizer).Select(setting => $", {setting.Name} {setting.Value}"))}";

    /// <summary>The expression that makes it.</summary>
    public string Construct(AxisPlan optimizer) => $"new {Name}(Weights, {Number(optimizer["learningRate"])}{NamedArguments(optimizer)})";
}
