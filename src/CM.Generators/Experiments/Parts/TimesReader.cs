using CM.Generators.Diagnostics;
using CM.Generators.Experiments.Axes;
using CM.Generators.Experiments.Axes.Samplers;
using CM.Generators.Schedules;
using Microsoft.CodeAnalysis;

namespace CM.Generators.Experiments.Parts;

/// <summary>Reads <c>[Schedule&lt;T&gt;]</c>.</summary>
internal static class TimesReader
{
    /// <summary>The schedule; null where it cannot be read.</summary>
    public static Schedule? ReadSchedule(ExperimentLine line, AxisAttribute? times)
    {
        if (times?.Type is not { TypeKind: not TypeKind.Error } record)
            return null;
        var schedule = ScheduleReader.Read(record, new SourceSites(), line.Cancellation);
        if (schedule is null)
            line.Findings.Add(new("CM5004", times.Site, record.Name, "times", "it has no [TimeSchedule]"));
        return schedule;
    }

    /// <summary>The schedule of another experiment, by its attribute; null where there is none.</summary>
    public static (INamedTypeSymbol Type, Schedule Schedule)? OfExperiment(ExperimentLine line, INamedTypeSymbol experiment) =>
        ExperimentLine.Inherited(ExperimentLine.Of(experiment), "Schedule")?.AttributeClass!.TypeArguments.FirstOrDefault() is INamedTypeSymbol type
        && ScheduleReader.Read(type, new SourceSites(), line.Cancellation) is { } schedule ? (type, schedule) : null;

    /// <summary>
    /// True when the formulas are known and right; a schedule of another assembly comes without them, but with the members that were
    /// generated there.
    /// </summary>
    public static bool IsReadable(Schedule? schedule) =>
        schedule is { Alpha.Method.Result: not null, Sigma.Method.Result: not null } && ScheduleChecker.Check(schedule).All(finding => !finding.IsError);

    public static TimesAxis Read(ExperimentLine line, AxisAttribute times, Schedule schedule, AxisAttribute? sample, AxisPlan? sampler)
    {
        var (record, readable) = (times.Type!, IsReadable(schedule));
        var forms = readable ? Preconditioner.Of(schedule) : null;
        if (sampler is not null && AxisKind.Of<SamplerKind>(sampler).Complaint(sampler, schedule, readable) is { } complaint)
            line.Findings.Add(new("CM5009", sample!.SiteOr(times), complaint));
        var sampleTimes = sampler is null ? [] : AxisKind.Of<SamplerKind>(sampler).Times(sampler, schedule);
        return new(record.Name, line.Code(record), ScheduleWriter.Summary(schedule),
            AlphaIsOne: readable && schedule.Alpha!.Method.Result is Number { Value: 1 },
            SigmaIsTime: readable && schedule.Sigma!.Method.IsIdentity,
            ReachesData: schedule.ReachesData,
            WeightIsOne: schedule.Weight?.Method.Result is Number { Value: 1 },
            CSkip: Sampling("CSkip", forms?.CSkipSampling is not null),
            COut: Sampling("COut", forms?.COutSampling is not null),
            SampleSigma: readable ? sampleTimes.Select(time => schedule.Sigma!.Method.Evaluate(time)).ToEquatable() : [],
            SampleAlpha: readable ? sampleTimes.Select(time => schedule.Alpha!.Method.Evaluate(time)).ToEquatable() : [])
        {
            IsContinuous = schedule.IsContinuous,
            From = schedule.From,
            To = schedule.To,
            IsDiffusion = schedule.IsDiffusion,
            HasStage = schedule.Stage is not null,
            HasWeight = schedule.Weight is not null,
        };

        string Sampling(string method, bool derived) => derived || !record.GetMembers(method + "Sampling").IsEmpty ? method + "Sampling" : method;
    }

    /// <summary>
    /// True when two schedules have the same forward process and data deviation; formulas that could not be read may agree.
    /// </summary>
    public static bool HaveOneProcess(Schedule first, Schedule second) =>
        first.SigmaData == second.SigmaData && Samples.Between(Math.Min(first.From, second.From), Math.Max(first.To, second.To))
            .All(t => !(Gap(first.Alpha, second.Alpha, t) > 1e-9) && !(Gap(first.Sigma, second.Sigma, t) > 1e-9 * t));

    /// <summary>The smallest time of a target, where it is so large that nothing ties f(x, t) to the data there; null otherwise.</summary>
    public static double? Unanchored(Schedule schedule)
    {
        if (schedule.IsDiffusion || schedule.ReachesData || schedule.Preconditioning == Preconditioning.Consistency || schedule is not { Alpha.Method.Result: not null, Sigma.Method.Result: not null })
            return null;
        double[] earlier = schedule is { TeacherTime.Method: { Result: not null } method, Stages: { } stages }
            ? [.. stages.SelectMany(stage => Samples.Between(schedule.Drawn.Least, schedule.Drawn.Most).Select(t => method.Evaluate(t, stage)))]
            : schedule.IsContinuous ? [] : [schedule.From];
        return earlier.Length > 0 && earlier.Min() is var least && Preconditioner.Of(schedule).COut is { Result: not null } give && give.Evaluate(least) > 0.5 * schedule.SigmaData ? least : null;
    }

    private static double Gap(Formulated? first, Formulated? second, double t) => first is null || second is null ? 0 : Math.Abs(first.Method.Evaluate(t) - second.Method.Evaluate(t));
}
