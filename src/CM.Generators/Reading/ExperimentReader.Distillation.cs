using CM.Generators.Experiments;
using CM.Generators.Times;
using Microsoft.CodeAnalysis;
using static CM.Generators.Writing.CodeWriter;

namespace CM.Generators.Reading;

/// <summary>Reads <c>[Distilled]</c>.</summary>
internal sealed partial class ExperimentReader
{
    private Distillation? ReadDistillation(Found distilled, Found? origin, Found? times, Found? truncated)
    {
        if (truncated is not null)
            return Refuse("[Truncated] keeps the weights of a first stage, this those of a diffusion model, and one run is named; distil in the first stage", truncated);
        if (origin is null)
            return type.IsAbstract ? null : Refuse("paths follow the weights of a diffusion model; add [StartFrom<T>] or [Frozen<T>]");
        if (times?.Type is not { } record || schedule is null
            || origin.Type is not { } other || Inherited([.. Line(other)], "TimesAttribute")?.AttributeClass!.TypeArguments.FirstOrDefault() is not INamedTypeSymbol before
            || ScheduleReader.Read(before, new Sites(), cancellation) is not { } first)
            return null;
        if (!first.IsDiffusion)
            return Refuse($"'{other.Name}' trains a consistency model, whose f(x, t) is a sample and no mean of the data; name an experiment whose Earlier is always 0", origin);
        if (schedule.IsDiffusion)
            return Refuse($"'{record.Name}' trains a diffusion model, whose target is always the data; give it an Earlier above 0", times);
        if (schedule.ReachesData)
            return Refuse($"where Earlier of '{record.Name}' is 0, a step ends in the mean of the data; keep it above, such as Max({Number(0.5 * schedule.From)}, …)", times);
        foreach (var (each, symbol, part) in new[] { (first, before, origin), (schedule, record, times) })
        {
            if (each is { Signal.Method.Result: not null, Noise.Method.Result: not null } && !(each.Signal.Method.Result is Number { Value: 1 } && each.Noise.Method.IsIdentity))
                return Refuse($"its step needs Signal(t) = 1 and Noise(t) = t, and '{symbol.Name}' has others", part);
        }

        return new(Code(before));

        Distillation? Refuse(string why, Found? cause = null)
        {
            problems.Add(new("CM5016", cause is not null && cause.Depth < distilled.Depth ? cause.Site : distilled.Site, type.Name, why));
            return null;
        }
    }
}
