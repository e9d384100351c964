using CM.Generators.Experiments.Axes;
using CM.Generators.Experiments.Axes.LearningRates;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Experiments;

/// <summary>Writes the learning rate as a function of the step.</summary>
internal static class RateWriter
{
    /// <summary>The rate at step k as a formula.</summary>
    public static string Describe(Experiment experiment) =>
        Number(experiment.Optimizer!["learningRate"]) + string.Concat(Factors(experiment).Select(factor => AxisKind.Of<RateFactorKind>(factor).Describe(factor, WarmUp.End(experiment.WarmUp))));

    public static void Write(Experiment experiment, CodeWriter code)
    {
        var rate = Number(experiment.Optimizer!["learningRate"]) + string.Concat(Factors(experiment).Select(factor => AxisKind.Of<RateFactorKind>(factor).Write(factor, WarmUp.End(experiment.WarmUp))));
        code.Line($"// The learning rate at step k: {Describe(experiment)}.");
        code.Line($"protected override double LearningRate(int step) => {rate};");
    }

    private static IEnumerable<AxisPlan> Factors(Experiment experiment) => ((AxisPlan?[])[experiment.WarmUp, experiment.RateDecay]).OfType<AxisPlan>();
}
