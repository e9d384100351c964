using CM.Generators.Couplings;
using CM.Generators.Diagnostics;
using CM.Generators.Experiments.Axes;
using CM.Generators.Experiments.Axes.Averages;
using CM.Generators.Experiments.Axes.Samplers;
using CM.Generators.Experiments.Parts;
using CM.Generators.Schedules;

namespace CM.Generators.Experiments;

/// <summary>A declared experiment, with what it inherits filled in. An axis that nobody names, or names wrongly, is null.</summary>
internal sealed record Experiment(RecordName Name)
{
    /// <summary>An abstract record is a base for others and never runs.</summary>
    public bool IsAbstract { get; init; }

    /// <summary>Whether a base record already has members of the names that are generated.</summary>
    public bool HidesBase { get; init; }

    public bool IsPartial { get; init; }

    /// <summary>Whether a list of declarations can name it.</summary>
    public bool IsListed { get; init; }

    public int Steps { get; init; }

    public int Batch { get; init; }

    public int Seed { get; init; }

    public DataAxis? Data { get; init; }

    public ModelAxis? Model { get; init; }

    public Coupling? Coupling { get; init; }

    public TimesAxis? Times { get; init; }

    /// <summary>The run that weights come from; null where none do.</summary>
    public Origin? Origin { get; init; }

    public Truncation? Truncation { get; init; }

    /// <summary>Null where the teacher's point has the student's noise.</summary>
    public Distillation? Distillation { get; init; }

    public AxisPlan? Loss { get; init; }

    public AxisPlan? Optimizer { get; init; }

    /// <summary>Growth of the learning rate in the first steps; null where it starts at once.</summary>
    public AxisPlan? WarmUp { get; init; }

    /// <summary>Decay of the learning rate; null where there is none.</summary>
    public AxisPlan? RateDecay { get; init; }

    /// <summary>True when the learning rate is the same at every step.</summary>
    public bool HasSteadyRate => WarmUp is null && RateDecay is null;

    public double? ClipGradNorm { get; init; }

    /// <summary>Null where losses are taken as they are.</summary>
    public LossScale? LossScale { get; init; }

    /// <summary>Type in which networks compute; null if libtorch is left as it is set up.</summary>
    public Precision? Precision { get; init; }

    /// <summary>Whether every second image is mirrored.</summary>
    public bool HorizontalFlip { get; init; }

    /// <summary>Moving averages; one that makes the targets is the last.</summary>
    public EquatableArray<AxisPlan> Averages { get; init; }

    public EquatableArray<double> SampleTimes { get; init; }

    public AxisPlan? Sampler { get; init; }

    /// <summary>How samples are judged; null where nothing is said.</summary>
    public Evaluation? Evaluation { get; init; }

    /// <summary>The comparison to which it belongs; null where there is none.</summary>
    public Comparison? Comparison { get; init; }

    public EquatableArray<Finding> Findings { get; init; }

    /// <summary>Whether the last of the averages makes the targets.</summary>
    public bool HasTeacher => Averages.Any(average => AxisKind.Of<AverageKind>(average).Teaches);

    /// <summary>The experiment as its coupling's code sees it.</summary>
    public CouplingFrame CouplingFrame => new(Name.Namespace, Times!, Model!.Code + ".Module")
    {
        ModelTakesLabels = Model.TakesLabels,
        Shape = Data!.Shape,
        Low = Precision?.Type,
        FirstStageBelow = Truncation?.Start,
        Renoises = AxisKind.Of<SamplerKind>(Sampler!).Renoises(Sampler!),
    };

    /// <summary>Whether weights of a finished run lie beside those that are trained.</summary>
    public bool HasFrozen => Truncation is not null || Distillation is not null || (Coupling as DeclaredCoupling)?.ModelWith(ModelWeights.Frozen) is not null;

    /// <summary>Whether a network of it takes labels.</summary>
    public bool TakesLabels => Model!.TakesLabels || Coupling is DeclaredCoupling { HasLabels: true };

    /// <summary>
    /// Reason why it cannot run, as the end of a sentence; null if it can. Errors of the C# compiler, such as a type that does not exist,
    /// leave an axis out without a finding of ours.
    /// </summary>
    public string? Obstacle => Findings.FirstOrDefault(finding => finding.IsError) is { } error ? $"has errors, the first is {error.Rule}"
        : Data is null || Model is null || Coupling is null || Times is null || Loss is null || Optimizer is null || Sampler is null ? "does not compile yet"
        : null;
}
