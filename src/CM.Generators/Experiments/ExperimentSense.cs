using CM.Generators.Couplings;
using CM.Generators.Experiments.Axes;
using CM.Generators.Experiments.Parts;
using CM.Generators.Schedules;
using CM.Generators.Values;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Experiments;

/// <summary>Reports axes that are right by themselves and make no sense together.</summary>
/// <param name="line">The experiment.</param>
/// <param name="experiment">Experiment that was read.</param>
/// <param name="schedule">Its schedule.</param>
internal sealed class ExperimentSense(ExperimentLine line, Experiment experiment, Schedule schedule)
{
    public void Check(AxisAttribute times, AxisAttribute? coupling, AxisAttribute? sample, AxisAttribute? teacher, AxisAttribute? truncated, AxisAttribute? origin)
    {
        if (experiment.Coupling is not null)
            CheckCoupling(experiment.Coupling, coupling!, times, origin);
        if (teacher is not null && schedule.IsDiffusion)
            Clash("EmaTeacher", times.Type!.Name, "its earlier time is always 0, so that the target is the data and no teacher makes it; leave [EmaTeacher] out", teacher, times);
        if (schedule.Intervals?.Method is { Result: not null } intervals && Enumerable.Range(0, 4).Select(i => intervals.Evaluate(i * (experiment.Steps - 1) / 3, experiment.Steps)).FirstOrDefault(count => !(count >= 1)) is var few and not 0)
            Clash(times.Type!.Name, $"Steps = {experiment.Steps}", $"Intervals(step, {experiment.Steps}) is {(double.IsNaN(few) ? "not a number" : Number(few))}, but a grid has 1 interval or more; take more steps, or Max(1, …) where it divides", times);
        if (truncated is null && TimesReader.Unanchored(schedule) is { } least)
            Clash(times.Type!.Name, "an experiment that is not [Truncated]", $"no target lies below {Number(least)}, where f(x, t) is not x, so that the model could give the same for everything; let its times reach down to where they are nearly 0, or add [InitFrom<T>] and [Truncated]", times);
        if (experiment.Truncation is { Boundary: > 0 } truncation && (long)(truncation.Boundary * experiment.Batch) == 0)
            Warn(truncated!, $"no sample lies at t' = {Number(truncation.Start)}: {Number(truncation.Boundary)} of a batch of {experiment.Batch} is less than one; take a larger batch, or BoundaryFraction = 0");
        if (sample is not null && !schedule.IsDiffusion && experiment.SampleTimes.Count > 0 && Shows(experiment.SampleTimes[0]))
            Warn(sample, $"samples start from noise alone at {Number(experiment.SampleTimes[0])}, where the model was trained on noisy data that still show; start at {Number(schedule.To)}");
    }

    public static void CheckPrecision(ExperimentLine line, Experiment experiment, AxisAttribute? precision, AxisAttribute? scale)
    {
        if (experiment is not { IsAbstract: false, Precision: { } chosen } || line.HasErrors)
            return;
        if (chosen.IsHalf && scale is null)
            Warn(line, precision!, "gradients smaller than 6e-8 become 0 in float16; add [LossScale(65536)]");
        else if (!chosen.IsHalf && scale is not null)
            Warn(line, scale, $"[LossScale] protects nothing: {(chosen.Name == "BFloat16" ? "bfloat16" : "float32")} loses no small gradients; leave it out");
    }

    public static void CheckBudget(ExperimentLine line, AxisAttribute? budget, Experiment experiment, AxisAttribute? model)
    {
        if (budget is null || model is null)
            return;
        var gib = AttributeReader.Named(budget.Attribute, "GiB") is { } given ? AttributeReader.Real(given) : 0;
        if (!(gib > 0))
            line.Findings.Add(new("CM5008", budget.Site, "GiB", Number(gib), "above 0"));
        else if (ModelReader.Contract(line, model) is { } contract && MemoryNeed.Of(experiment, contract) is { } need && !need.FitsIn(gib))
            line.Findings.Add(new("CM5012", budget.Depth == 0 ? budget.Site : line.Name, line.Type.Name, need.Total, Number(gib), need.Sum, need.BatchWithin(gib) is > 0 and var batch ? $"it fits with Batch = {batch}" : "no batch fits"));
    }

    private void CheckCoupling(Coupling coupling, AxisAttribute found, AxisAttribute times, AxisAttribute? origin)
    {
        var declared = coupling as DeclaredCoupling;
        if (experiment.Batch == 1 && (coupling is MinibatchOTCoupling || declared?.Permutes == true))
            Clash(coupling.Name, "Batch = 1", "there is nothing to match; take a larger batch", found);
        if (declared is null)
            return;
        if (schedule.IsDiffusion && declared.Wiring.Steps.OfType<LayerStep>().FirstOrDefault(step => PartKind.Of(step)?.WeightsOf(step.Layer) is not null && step.Inputs[1] == 2) is { } predicts)
            Clash(coupling.Name, times.Type!.Name, $"the earlier time is always 0, where the model gives back what it gets, so that '{predicts.Layer.Name}' predicts nothing; give the schedule a TeacherTime above 0", found, times);
        if (origin?.Type is { } other && declared.ModelWith(ModelWeights.Frozen) is { } kept && TimesReader.OfExperiment(line, other) is var (before, first) && !TimesReader.HaveOneProcess(first, schedule))
            Clash(coupling.Name, other.Name, $"'{kept.Name}' takes its weights, and '{before.Name}' and '{times.Type!.Name}' differ in Alpha, Sigma or SigmaData, so that they mean something else here", found, origin);
    }

    // True when data are more than half as strong as the noise.
    private bool Shows(double t) =>
        schedule is { Alpha.Method.Result: not null, Sigma.Method.Result: not null } && schedule.Alpha.Method.Evaluate(t) * schedule.SigmaData > 0.5 * schedule.Sigma.Method.Evaluate(t);

    // At the attribute that the most derived record names.
    private void Clash(string one, string other, string why, params AxisAttribute[] parts) =>
        line.Findings.Add(new("CM5014", parts.OrderBy(part => part.Depth).First().Site, one, other.Contains(' ') ? other : $"'{other}'", why));

    private void Warn(AxisAttribute part, string text) => Warn(line, part, text);

    private static void Warn(ExperimentLine line, AxisAttribute part, string text) => line.Findings.Add(new("CM5015", part.Depth == 0 ? part.Site : line.Name, line.Type.Name, text));
}
