using CM.Generators.Diagnostics;
using CM.Generators.Experiments.Axes;
using CM.Generators.Experiments.Axes.Averages;
using CM.Generators.Experiments.Axes.LearningRates;
using CM.Generators.Experiments.Axes.Losses;
using CM.Generators.Experiments.Axes.Optimizers;
using CM.Generators.Experiments.Axes.Samplers;
using CM.Generators.Experiments.Parts;
using Microsoft.CodeAnalysis;

namespace CM.Generators.Experiments;

/// <summary>Reads a record with <c>[Experiment]</c> and what it inherits.</summary>
internal static class ExperimentReader
{
    public static Experiment? Read(INamedTypeSymbol type, SourceSites sites, CancellationToken cancellation) =>
        AttributeReader.Declared(type, ExperimentLine.Attribute) is null ? null : Read(new ExperimentLine(type, sites, cancellation));

    private static Experiment Read(ExperimentLine line)
    {
        var isPartial = AttributeReader.IsPartialRecord(line.Type, line.Cancellation);
        if (!isPartial)
            line.Findings.Add(new("CM5001", line.Name, line.Type.Name));

        var data = line.Find("data", "[Data<T>]", required: true, "Data");
        var model = line.Find("model", "[Model<T>]", required: true, "Model");
        var coupling = line.Find("coupling", "[Coupling<Independent>]", required: true, "Coupling");
        var times = line.Find("times", "[Schedule<T>]", required: true, "Schedule");
        var loss = line.Find<LossKind>("loss", required: true);
        var optimizer = line.Find<OptimizerKind>("optimiser", required: true);
        var warmUp = line.Find<WarmUp>("warm-up", required: false);
        var decay = line.Find<RateDecayKind>("decay of the learning rate", required: false);
        var clip = line.Find("bound of the gradient", "[ClipGradNorm(bound)]", required: false, "ClipGradNorm");
        var scale = line.Find("loss scale", "[LossScale(scale)]", required: false, "LossScale");
        var precision = line.Find("precision", "[Precision(ComputeType.BFloat16)]", required: false, "Precision");
        var flip = line.Find("mirroring", "[HorizontalFlip]", required: false, "HorizontalFlip");
        var sample = line.Find<SamplerKind>("sampling times", required: true);
        var teacher = line.Find<EmaTeacher>("teacher", required: false);
        var origin = line.Find("run to start from", "[InitFrom<T>]", required: false, OriginReader.Attributes);
        var truncated = line.Find("truncation", "[Truncated]", required: false, "Truncated");
        var evaluate = line.Find("evaluation", "[Evaluate]", required: false, "Evaluate");
        var distilled = line.Find("distillation", "[ConsistencyDistillation]", required: false, "ConsistencyDistillation");
        var budget = line.Find("memory budget", "[MemoryBudget(GiB = 80)]", required: false, "MemoryBudget");

        var sampler = sample is null ? null : AxisKind.Read<SamplerKind>(sample);
        var schedule = TimesReader.ReadSchedule(line, times);
        var read = schedule is null ? null : TimesReader.Read(line, times!, schedule, sample, sampler);
        var experiment = new Experiment(RecordName.Of(line.Type))
        {
            IsAbstract = line.Type.IsAbstract,
            HidesBase = line.HidesBase,
            IsPartial = isPartial,
            IsListed = RecordName.Listed(line.Type) is not null,
            Steps = Size(line, "Steps"),
            Batch = Size(line, "Batch"),
            Seed = line.Property("Seed")?.Value.Value is int seed ? seed : 0,
            Data = DataReader.Read(line, data, model),
            Model = ModelReader.Read(line, model, data),
            Coupling = CouplingAxisReader.Read(line, coupling, data, model, origin),
            Times = read,
            Origin = OriginReader.Read(line, origin, model, coupling, truncated ?? distilled),
            Truncation = TruncationReader.Read(line, truncated, origin, times, schedule),
            Distillation = DistillationReader.Read(line, distilled, origin, times, schedule, truncated),
            Loss = loss is null ? null : AxisKind.Read<LossKind>(loss),
            Optimizer = optimizer is null ? null : AxisKind.Read<OptimizerKind>(optimizer),
            WarmUp = warmUp is null ? null : AxisKind.Read<WarmUp>(warmUp),
            RateDecay = decay is null ? null : AxisKind.Read<RateDecayKind>(decay),
            ClipGradNorm = clip?.Positional("bound", bound => bound > 0, "above 0"),
            LossScale = RunReader.ReadLossScale(scale),
            Precision = RunReader.ReadPrecision(precision),
            HorizontalFlip = DataReader.ReadFlip(line, flip, data),
            Averages = AveragesReader.Read(line, teacher, times, read),
            Sampler = sampler,
            SampleTimes = sampler is null || schedule is null ? [] : AxisKind.Of<SamplerKind>(sampler).Times(sampler, schedule),
            Evaluation = RunReader.ReadEvaluation(line, evaluate, data),
            Comparison = RunReader.ReadComparison(line),
        };
        ExperimentSense.CheckBudget(line, budget, experiment, model);

        // Findings about a single axis come first.
        if (!experiment.IsAbstract && !line.HasErrors && times is not null && TimesReader.IsReadable(schedule))
            new ExperimentSense(line, experiment, schedule!).Check(times, coupling, sample, teacher, truncated, origin);
        ExperimentSense.CheckPrecision(line, experiment, precision, scale);
        return experiment with { Findings = line.Findings.ToEquatable() };
    }

    // Records inherit steps and batch one by one.
    private static int Size(ExperimentLine line, string property)
    {
        if (line.Property(property) is var (attribute, value))
            return (int)attribute.Checked(property, value, size => size >= 1, "1 or more");
        if (!line.Type.IsAbstract)
            line.Findings.Add(new("CM5002", line.Name, line.Type.Name, property.ToLowerInvariant(), $"[Experiment({property} = …)]") { Hints = [property.ToLowerInvariant()] });
        return 0;
    }
}
