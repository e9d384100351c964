using CM.Generators.Couplings;
using CM.Generators.Experiments;
using CM.Generators.Shapes;
using CM.Generators.Times;
using static CM.Generators.Writing.CodeWriter;

namespace CM.Generators.Reading;

/// <summary>What is right by itself and means nothing together.</summary>
internal sealed partial class ExperimentReader
{
    private void CheckSense(Experiment experiment, Found? coupling, Found? times, Found? sample, Found? teacher, Found? truncated, Found? origin)
    {
        // Where something is wrong by itself, that comes first.
        if (experiment.IsAbstract || problems.Any(problem => problem.IsError) || times is null || schedule is null || !isReadable)
            return;
        if (experiment.Coupling is not null)
            CheckCoupling(experiment, experiment.Coupling, schedule, coupling!, times, origin);
        if (teacher is not null && schedule.IsDiffusion)
            Clash("EmaTeacher", times.Type!.Name, "its earlier time is always 0, so that the target is the data and no teacher makes it; leave [EmaTeacher] out", teacher, times);
        if (schedule.Cuts?.Method is { Result: not null } cuts && Enumerable.Range(0, 4).Select(i => cuts.Evaluate(i * (experiment.Steps - 1) / 3, experiment.Steps)).FirstOrDefault(count => !(count >= 1)) is var few and not 0)
            Clash(times.Type!.Name, $"Steps = {experiment.Steps}", $"Cuts(step, {experiment.Steps}) is {(double.IsNaN(few) ? "not a number" : Number(few))}, but a grid has 1 interval or more; take more steps, or Max(1, …) where it divides", times);
        if (truncated is null && Unanchored(schedule) is { } least)
            Clash(times.Type!.Name, "an experiment that is not [Truncated]", $"no target lies below {Number(least)}, where f(x, t) is not x, so that the model could give the same for everything; let its times reach down to where they are nearly 0, or add [StartFrom<T>] and [Truncated]", times);
        if (experiment.Truncation is { Boundary: > 0 } truncation && (long)(truncation.Boundary * experiment.Batch) == 0)
            Warn(truncated!, $"no sample lies at t' = {Number(truncation.Start)}: {Number(truncation.Boundary)} of a batch of {experiment.Batch} is less than one; take a larger batch, or Boundary = 0");
        if (sample is not null && experiment.Heun is null && experiment.SampleTimes.Count > 0 && Shows(schedule, experiment.SampleTimes[0]))
            Warn(sample, $"samples start from noise alone at {Number(experiment.SampleTimes[0])}, where the model was trained on noisy data that still show; start at {Number(schedule.To)}");
    }

    private void CheckPrecision(Experiment experiment, Found? precision, Found? scale)
    {
        if (experiment is not { IsAbstract: false, Precision: { } chosen } || problems.Any(problem => problem.IsError))
            return;
        if (chosen.IsHalf && scale is null)
            Warn(precision!, "gradients smaller than 6e-8 become 0 in float16; add [LossScale(65536)]");
        else if (!chosen.IsHalf && scale is not null)
            Warn(scale, $"[LossScale] protects nothing: {(chosen.Name == "BFloat16" ? "bfloat16" : "float32")} loses no small gradients; leave it out");
    }

    private void CheckCoupling(Experiment experiment, Coupling coupling, Schedule schedule, Found found, Found times, Found? origin)
    {
        var declared = coupling as DeclaredCoupling;
        if (experiment.Batch == 1 && (coupling is MinibatchOTCoupling || declared?.Parts.Any(part => part.Kind == nameof(Pairing)) == true))
            Clash(coupling.Name, "Batch = 1", "there is nothing to match; take a larger batch", found);
        if (declared is null)
            return;
        if (schedule.IsDiffusion && declared.Wiring.Steps.OfType<LayerStep>().FirstOrDefault(step => step.Layer.Kind == nameof(Model) && step.Inputs[1] == 2) is { } predicts)
            Clash(coupling.Name, times.Type!.Name, $"the earlier time is always 0, where the model gives back what it gets, so that '{predicts.Layer.Name}' predicts nothing; give the schedule an Earlier above 0", found, times);
        if (origin?.Type is { } other && declared.Models.FirstOrDefault(Model.IsFrozen) is { } kept && Inherited([.. Line(other)], "TimesAttribute")?.AttributeClass!.TypeArguments.FirstOrDefault() is Microsoft.CodeAnalysis.INamedTypeSymbol before
            && ScheduleReader.Read(before, new Sites(), cancellation) is { } first && !HaveOneProcess(first, schedule))
            Clash(coupling.Name, other.Name, $"'{kept.Name}' takes its weights, and '{before.Name}' and '{times.Type!.Name}' differ in Signal, Noise or DataDeviation, so that they mean something else here", found, origin);
    }

    /// <summary>The smallest time of a target, where it is so large that nothing ties f(x, t) to the data there; null otherwise.</summary>
    private static double? Unanchored(Schedule schedule)
    {
        if (schedule.IsDiffusion || schedule.ReachesData || schedule.Preconditioning == Preconditioning.Boundary || schedule is not { Signal.Method.Result: not null, Noise.Method.Result: not null })
            return null;
        double[] earlier = schedule is { Earlier.Method: { Result: not null } method, Stages: { } stages }
            ? [.. stages.SelectMany(stage => Samples.Between(schedule.Drawn.Least, schedule.Drawn.Most).Select(t => method.Evaluate(t, stage)))]
            : schedule.IsContinuous ? [] : [schedule.From];
        return earlier.Length > 0 && earlier.Min() is var least && Preconditioner.Of(schedule).Give is { Result: not null } give && give.Evaluate(least) > 0.5 * schedule.DataDeviation ? least : null;
    }

    // Whether data are more than half as strong as the noise.
    private static bool Shows(Schedule schedule, double t) =>
        schedule is { Signal.Method.Result: not null, Noise.Method.Result: not null } && schedule.Signal.Method.Evaluate(t) * schedule.DataDeviation > 0.5 * schedule.Noise.Method.Evaluate(t);

    // Told where the two meet: at the part that the most derived record names.
    private void Clash(string one, string other, string why, params Found[] parts) =>
        problems.Add(new("CM5014", parts.OrderBy(part => part.Depth).First().Site, one, other.Contains(' ') ? other : $"'{other}'", why));

    private void Warn(Found part, string what) => problems.Add(new("CM5015", part.Depth == 0 ? part.Site : name, type.Name, what));
}
