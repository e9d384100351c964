using CM.Generators.Diagnostics;
using CM.Generators.Experiments.Axes;
using CM.Generators.Experiments.Axes.Samplers;
using CM.Generators.Schedules;
using Microsoft.CodeAnalysis;

namespace CM.Generators.Experiments.Parts;

/// <summary>Reads <c>[Times&lt;T&gt;]</c>.</summary>
internal static class TimesReader
{
    /// <summary>The schedule; null where it cannot be read.</summary>
    public static Schedule? ReadSchedule(ExperimentLine line, AxisAttribute? times)
    {
        if (times?.Type is not { TypeKind: not TypeKind.Error } record)
            return null;
        var schedule = ScheduleReader.Read(record, new Sites(), line.Cancellation);
        if (schedule is null)
            line.Problems.Add(new("CM5004", times.Site, record.Name, "times", "it has no [TimeSchedule]"));
        return schedule;
    }

    /// <summary>The schedule of another experiment, by its attribute; null where there is none.</summary>
    public static (INamedTypeSymbol Type, Schedule Schedule)? OfExperiment(ExperimentLine line, INamedTypeSymbol experiment) =>
        ExperimentLine.Inherited(ExperimentLine.Of(experiment), "Times")?.AttributeClass!.TypeArguments.FirstOrDefault() is INamedTypeSymbol type
        && ScheduleReader.Read(type, new Sites(), line.Cancellation) is { } schedule ? (type, schedule) : null;

    /// <summary>True when the formulas are known and right; a schedule of another assembly comes without them, but with the members that were generated there.</summary>
    public static bool IsReadable(Schedule? schedule) =>
        schedule is { Signal.Method.Result: not null, Noise.Method.Result: not null } && ScheduleChecker.Check(schedule).All(problem => !problem.IsError);

    public static TimesAxis Read(ExperimentLine line, AxisAttribute times, Schedule schedule, AxisAttribute? sample, AxisPlan? sampler)
    {
        var (record, readable) = (times.Type!, IsReadable(schedule));
        var forms = readable ? Preconditioner.Of(schedule) : null;
        if (sampler is not null && AxisKind.Of<SamplerKind>(sampler).Complaint(sampler, schedule, readable) is { } complaint)
            line.Problems.Add(new("CM5009", sample!.SiteOr(times), complaint));
        var sampleTimes = sampler is null ? [] : AxisKind.Of<SamplerKind>(sampler).Times(sampler, schedule);
        return new(record.Name, line.Code(record), ScheduleWriter.Summary(schedule),
            SignalIsOne: readable && schedule.Signal!.Method.Result is Number { Value: 1 },
            NoiseIsTime: readable && schedule.Noise!.Method.IsIdentity,
            ReachesData: schedule.ReachesData,
            WeightIsOne: schedule.Weight?.Method.Result is Number { Value: 1 },
            Keep: Sampling("Keep", forms?.KeepWhenSampling is not null),
            Give: Sampling("Give", forms?.GiveWhenSampling is not null),
            SampleNoise: readable ? sampleTimes.Select(time => schedule.Noise!.Method.Evaluate(time)).ToEquatable() : [],
            SampleSignal: readable ? sampleTimes.Select(time => schedule.Signal!.Method.Evaluate(time)).ToEquatable() : [])
        {
            IsContinuous = schedule.IsContinuous,
            From = schedule.From,
            To = schedule.To,
            IsDiffusion = schedule.IsDiffusion,
            HasStage = schedule.Stage is not null,
            HasWeight = schedule.Weight is not null,
        };

        string Sampling(string method, bool derived) => derived || !record.GetMembers(method + "WhenSampling").IsEmpty ? method + "WhenSampling" : method;
    }

    /// <summary>True when two schedules have the same forward process and data deviation; formulas that could not be read may agree.</summary>
    public static bool HaveOneProcess(Schedule first, Schedule second) =>
        first.DataDeviation == second.DataDeviation && Samples.Between(Math.Min(first.From, second.From), Math.Max(first.To, second.To))
            .All(t => !(Gap(first.Signal, second.Signal, t) > 1e-9) && !(Gap(first.Noise, second.Noise, t) > 1e-9 * t));

    /// <summary>The smallest time of a target, where it is so large that nothing ties f(x, t) to the data there; null otherwise.</summary>
    public static double? Unanchored(Schedule schedule)
    {
        if (schedule.IsDiffusion || schedule.ReachesData || schedule.Preconditioning == Preconditioning.Boundary || schedule is not { Signal.Method.Result: not null, Noise.Method.Result: not null })
            return null;
        double[] earlier = schedule is { Earlier.Method: { Result: not null } method, Stages: { } stages }
            ? [.. stages.SelectMany(stage => Samples.Between(schedule.Drawn.Least, schedule.Drawn.Most).Select(t => method.Evaluate(t, stage)))]
            : schedule.IsContinuous ? [] : [schedule.From];
        return earlier.Length > 0 && earlier.Min() is var least && Preconditioner.Of(schedule).Give is { Result: not null } give && give.Evaluate(least) > 0.5 * schedule.DataDeviation ? least : null;
    }

    private static double Gap(Formulated? first, Formulated? second, double t) => first is null || second is null ? 0 : Math.Abs(first.Method.Evaluate(t) - second.Method.Evaluate(t));
}
