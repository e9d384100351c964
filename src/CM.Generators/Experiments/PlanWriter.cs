using CM.Generators.Couplings;
using CM.Generators.Experiments.Axes;
using CM.Generators.Experiments.Axes.Averages;
using CM.Generators.Experiments.Axes.Losses;
using CM.Generators.Experiments.Axes.Optimizers;
using CM.Generators.Experiments.Axes.Samplers;
using CM.Generators.Schedules;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Experiments;

/// <summary>Writes an experiment's plan: the declaration as data.</summary>
internal sealed class PlanWriter(Experiment experiment, CodeWriter code, CouplingCode? coupling) : ExperimentSection(experiment, code, coupling)
{
    public void Write()
    {
        Code.Line("/// <summary>Everything the declaration says.</summary>");
        using (Code.Braces($"public static {New}ExperimentPlan Plan {{ get; }} = new()", "};"))
        {
            Code.Line($"Name = {Quote(Experiment.Name.Name)},");
            Code.Line($"FullName = {Quote(Experiment.Name.Text)},");
            Code.Line($"Steps = {Experiment.Steps},");
            Code.Line($"Batch = {Experiment.Batch},");
            Code.Line($"Seed = {Experiment.Seed},");
            Code.Line($"Data = new {Experiment.Data!.Code}(),");
            Code.Line($"DataShape = [{string.Join(", ", Experiment.Data.Shape)}],");
            if (Experiment.HorizontalFlip)
                Code.Line("HorizontalFlip = true,");
            if (Experiment.TakesLabels)
                Code.Line($"Classes = {Experiment.Data.Classes},");
            if (Coupling?.Matches == true)
                Code.Line("CouplesBatch = true,");
            Code.Line($"Network = {Quote(Experiment.Model!.Name)},");
            Code.Line($"Copies = {MemoryNeed.CopiesOf(Experiment)},");
            Code.Line($"Times = ({Number(Times.From)}, {Number(Times.To)}),");
            Code.Line($"SampleTimes = [{string.Join(", ", Experiment.SampleTimes.Select(Number))}],");
            if (Experiment.Origin is { } origin)
                Code.Line($"Origin = new({Quote(origin.FullName)}, Starts: {Truth(origin.Starts)}, Continues: {Truth(origin.Continues)}),");
            if (Experiment.Evaluation is { } evaluation)
                Code.Line($"Evaluation = new({evaluation.Every}, {evaluation.Samples}, {evaluation.Classifier ?? "null"}),");
            if (Experiment.Comparison is { } comparison)
                Code.Line($"Comparison = new([{string.Join(", ", comparison.Groups.Select(Quote))}], {comparison.Seeds}),");
            Code.Line("Declaration =").Line("[");
            using (Code.Indent())
            {
                foreach (var (axis, text) in Declaration())
                    Code.Line($"new({Quote(axis)}, {Quote(text)}),");
            }

            Code.Line("],");
        }
    }

    private IEnumerable<(string Axis, string Text)> Declaration()
    {
        var (loss, optimizer, sampler) = (Experiment.Loss!, Experiment.Optimizer!, Experiment.Sampler!);
        yield return ("Data", $"{Experiment.Data!.Name}, [{string.Join(", ", Experiment.Data.Shape)}]{OfStep($", {Experiment.Data.Classes} classes")}");
        if (Experiment.HorizontalFlip)
            yield return ("Augmentation", "horizontal flip");
        yield return ("Model", Experiment.Model!.Name);
        yield return ("Coupling", Experiment.Coupling!.Name);
        yield return ("Times", Times.Summary);
        if (Experiment.Origin is { } origin)
            yield return ("Run", origin.Starts ? $"starts from {origin.Experiment}{(origin.Continues ? " and counts steps on" : "")}" : $"frozen weights of {origin.Experiment}");
        if (Experiment.Truncation is { } truncation)
            yield return ("Truncated", $"at {Number(truncation.Start)}{(truncation.Boundary > 0 ? $", {Number(truncation.Boundary)} of a batch there, weight {Number(truncation.Weight)}" : "")}");
        if (Experiment.Distillation is not null)
            yield return ("ConsistencyDistillation", $"paths of {Experiment.Origin!.Experiment}");
        yield return ("Loss", AxisKind.Of<LossKind>(loss).Describe(loss));
        yield return ("Optimiser", AxisKind.Of<OptimizerKind>(optimizer).Describe(optimizer, RateWriter.Describe(Experiment)));
        if (Experiment.Precision is { } precision)
            yield return ("Precision", precision.Type is null ? precision.Name : $"networks in {precision.Name.ToLowerInvariant()}");
        if (Experiment.LossScale is { } scale)
            yield return ("Loss scale", $"{Number(scale.Scale)} at first, doubled after {scale.Interval} steps without an overflow");
        if (Experiment.ClipGradNorm is { } bound)
            yield return ("Gradient norm", $"at most {Number(bound)}");
        if (Experiment.Averages.Count > 0)
            yield return ("EMA", string.Join(", ", Experiment.Averages.Select(average => AxisKind.Of<AverageKind>(average).Describe(average))));
        yield return AxisKind.Of<SamplerKind>(sampler).Describe(sampler);
    }

    private static string Truth(bool value) => value ? "true" : "false";
}
