using CM.Generators.Experiments.Axes;
using CM.Generators.Schedules;
using Microsoft.CodeAnalysis;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Experiments.Parts;

/// <summary>Reads <c>[Truncated]</c>.</summary>
internal static class TruncationReader
{
    public static Truncation? Read(ExperimentLine line, AxisAttribute? truncated, AxisAttribute? origin, AxisAttribute? times, Schedule? schedule)
    {
        if (truncated is null)
            return null;
        var boundary = truncated.Named("BoundaryFraction", value => value is >= 0 and < 1, "from 0 up to, but not including, 1") ?? 0.25;
        var weight = truncated.Named("BoundaryWeight", value => value >= 0, "0 or more") ?? 0.1;
        if (origin is null && !line.Type.IsAbstract)
            return Refuse("below its times it needs the weights of a first stage; add [InitFrom<T>]");
        if (times?.Type is not { } record || schedule is null)
            return null;
        if (schedule.IsDiffusion)
            return Refuse($"'{record.Name}' trains a diffusion model, whose target is always the data; give it a TeacherTime above 0", times);
        if (!schedule.IsContinuous)
            return Refuse($"the grid of '{record.Name}' ends at its first time, so no target lies below; give it TeacherTime in the place of Discretization and Intervals", times);
        if (schedule.Law is LogNormalLaw { Truncated: false })
            return Refuse($"'{record.Name}' draws times below {Number(schedule.From)} too; write Truncated = true on [LogNormal], or use [LogStudentT]", times);
        if (schedule.Preconditioning != Preconditioning.Edm)
            return Refuse($"'{record.Name}' makes f(x, {Number(schedule.From)}) = x; write Preconditioning = Preconditioning.Edm on [TimeSchedule]", times);
        if (origin?.Type is { } other && TimesReader.OfExperiment(line, other) is var (before, first))
        {
            if (!TimesReader.HaveOneProcess(first, schedule))
                return Refuse($"'{record.Name}' and the times of '{other.Name}', '{before.Name}', differ in Alpha, Sigma or SigmaData, and the weights of one mean something else in the other", times);
            if (first.IsDiffusion)
                return Refuse($"'{other.Name}' trains a diffusion model, whose f(x, t) is the mean of the data and no target for a consistency model; start from one that was tuned from it");
            if (!(first.From < schedule.From) && TimesReader.Unanchored(first) is not null && !SymbolEqualityComparer.Default.Equals(other, line.Type))
                return Refuse($"the first stage '{other.Name}' is trained from {Number(first.From)} on, so that it has no targets below {Number(schedule.From)} either; start from one whose times begin lower");
        }

        return new(schedule.From, boundary, weight);

        Truncation? Refuse(string why, AxisAttribute? cause = null)
        {
            line.Findings.Add(new("CM5011", truncated.SiteOr(cause), line.Type.Name, why));
            return null;
        }
    }
}

/// <param name="Start">t′, the smallest time that is trained.</param>
/// <param name="Boundary">The fraction of a batch that is trained at t′.</param>
/// <param name="Weight">The weight of its mean loss.</param>
internal sealed record Truncation(double Start, double Boundary, double Weight);
