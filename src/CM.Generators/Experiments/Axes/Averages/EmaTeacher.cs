using static CM.Generators.Core.Literals;

namespace CM.Generators.Experiments.Axes.Averages;

/// <summary>The average that makes the targets (CT, Song et al. 2023, algorithm 3).</summary>
internal sealed class EmaTeacher : AverageKind
{
    public override bool Teaches => true;

    protected override IReadOnlyList<AxisArgument> Arguments { get; } = [AxisArgument.Share("decay").First(), AxisArgument.Count("Intervals")];

    /// <summary>True when the decay is meant for a number of intervals.</summary>
    public static bool CountsIntervals(AxisPlan average) => average["Intervals"] > 0;

    public override string Construct(AxisPlan average, string schedule) => CountsIntervals(average)
        ? $"new {Name}({Number(Size(average))}{NamedArguments(average)}, step => {schedule}.Intervals(step, setup.Steps))"
        : base.Construct(average, schedule);

    protected override string Prefix(AxisPlan average) => "teacher-";
}
