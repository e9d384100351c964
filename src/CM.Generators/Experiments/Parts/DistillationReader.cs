using CM.Generators.Experiments.Axes;
using CM.Generators.Schedules;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Experiments.Parts;

/// <summary>Reads <c>[ConsistencyDistillation]</c>.</summary>
internal static class DistillationReader
{
    public static Distillation? Read(ExperimentLine line, AxisAttribute? distilled, AxisAttribute? origin, AxisAttribute? times, Schedule? schedule, AxisAttribute? truncated)
    {
        if (distilled is null)
            return null;
        if (truncated is not null)
            return Refuse("[Truncated] keeps the weights of a first stage, this those of a diffusion model, and one run is named; distil in the first stage", truncated);
        if (origin is null)
            return line.Type.IsAbstract ? null : Refuse("paths follow the weights of a diffusion model; add [InitFrom<T>] or [Frozen<T>]");
        if (times?.Type is not { } record || schedule is null || origin.Type is not { } other || TimesReader.OfExperiment(line, other) is not var (before, first))
            return null;
        if (!first.IsDiffusion)
            return Refuse($"'{other.Name}' trains a consistency model, whose f(x, t) is a sample and no mean of the data; name an experiment whose TeacherTime is always 0", origin);
        if (schedule.IsDiffusion)
            return Refuse($"'{record.Name}' trains a diffusion model, whose target is always the data; give it a TeacherTime above 0", times);
        if (schedule.ReachesData)
            return Refuse($"where TeacherTime of '{record.Name}' is 0, a step ends in the mean of the data; keep it above, such as Max({Number(0.5 * schedule.From)}, …)", times);
        foreach (var (each, symbol, part) in new[] { (first, before, origin), (schedule, record, times) })
        {
            if (each is { Alpha.Method.Result: not null, Sigma.Method.Result: not null } && !(each.Alpha.Method.Result is Number { Value: 1 } && each.Sigma.Method.IsIdentity))
                return Refuse($"its step needs Alpha(t) = 1 and Sigma(t) = t, and '{symbol.Name}' has others", part);
        }

        return new(line.Code(before));

        Distillation? Refuse(string why, AxisAttribute? cause = null)
        {
            line.Findings.Add(new("CM5016", distilled.SiteOr(cause), line.Type.Name, why));
            return null;
        }
    }
}

/// <param name="Times">The schedule of the diffusion model whose weights say where paths lead, as it is written in the generated
/// file.</param>
internal sealed record Distillation(string Times);
