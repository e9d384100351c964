namespace CM.Runtime;

/// <summary>Experiments that are trained and judged side by side.</summary>
/// <param name="Groups">Names of the comparisons.</param>
/// <param name="Seeds">How often the experiment is trained.</param>
public sealed record ComparisonPlan(IReadOnlyList<string> Groups, int Seeds);
