namespace CM.Runtime;

/// <summary>Experiments that are trained and judged side by side.</summary>
/// <param name="Groups">Names of the comparisons.</param>
/// <param name="Seeds">Number of trainings.</param>
public sealed record ComparisonPlan(IReadOnlyList<string> Groups, int Seeds);
