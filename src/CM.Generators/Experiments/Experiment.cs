using CM.Generators.Checking;
using CM.Generators.Couplings;
using CM.Generators.Experiments.Axes;
using CM.Generators.Experiments.Axes.Averages;
using CM.Generators.Reading;

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

    public double? ClipNorm { get; init; }

    /// <summary>Null where losses are taken as they are.</summary>
    public LossScale? LossScale { get; init; }

    /// <summary>What networks compute in; null where libtorch is left as it is set up.</summary>
    public Precision? Precision { get; init; }

    /// <summary>Word before a method that casts to a network's type: the type that stands in for float16 is known when a training begins.</summary>
    public string Static => Precision is { IsHalf: true } ? "" : "static ";

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

    public EquatableArray<Problem> Problems { get; init; }

    /// <summary>Whether the last of the averages makes the targets.</summary>
    public bool HasTeacher => Averages.Any(average => AxisKind.Of<AverageKind>(average).Teaches);

    /// <summary>Whether weights of a finished run lie beside those that are trained.</summary>
    public bool HasFrozen => Truncation is not null || Distillation is not null || Coupling is DeclaredCoupling declared && declared.Models.Any(Couplings.Model.IsFrozen);

    /// <summary>Whether a network of it takes labels.</summary>
    public bool TakesLabels => Model!.TakesLabels || Coupling is DeclaredCoupling { HasLabels: true };

    /// <summary>
    /// Why it cannot run, as the end of a sentence; null where it can. What the C# compiler finds, such as a type that does not exist, leaves an
    /// axis out without a finding of ours.
    /// </summary>
    public string? Obstacle => Problems.FirstOrDefault(problem => problem.IsError) is { } error ? $"has errors, the first is {error.Rule}"
        : Data is null || Model is null || Coupling is null || Times is null || Loss is null || Optimizer is null || Sampler is null ? "does not compile yet"
        : null;
}

/// <param name="Code">The type as it is written in the generated file.</param>
/// <param name="Shape">Of one example, without the batch.</param>
/// <param name="Classes">How many classes the labels name; 0 where there are none.</param>
internal sealed record DataAxis(string Name, string Code, EquatableArray<int> Shape, int Classes);

/// <param name="NormalisesWeights">Whether a pass that records gradients brings weights to magnitude 1 in place.</param>
/// <param name="TakesLabels">Whether labels are its third input.</param>
internal sealed record ModelAxis(string Name, string Code, string FullName, bool HasDropout, bool NormalisesWeights, bool TakesLabels);

/// <param name="Summary">The schedule in a line.</param>
/// <param name="SignalIsOne">Signal(t) = 1 for all t.</param>
/// <param name="NoiseIsTime">Noise(t) = t.</param>
/// <param name="ReachesData">Whether the teacher's time can be 0.</param>
/// <param name="WeightIsOne">Weight(t, r) = 1.</param>
/// <param name="Keep">The method that gives Keep while sampling.</param>
/// <param name="Give">The method that gives Give while sampling.</param>
/// <param name="SampleNoise">Noise at each of the sampling times.</param>
/// <param name="SampleSignal">Signal at each of the sampling times.</param>
internal sealed record TimesAxis(
    string Name, string Code, string Summary, bool SignalIsOne, bool NoiseIsTime, bool ReachesData, bool WeightIsOne, string Keep, string Give,
    EquatableArray<double> SampleNoise, EquatableArray<double> SampleSignal)
{
    /// <summary>Whether there is Earlier, and not a grid.</summary>
    public bool IsContinuous { get; init; }

    /// <summary>The smallest time.</summary>
    public double From { get; init; }

    /// <summary>The largest time.</summary>
    public double To { get; init; }

    /// <summary>Whether the target is always the data.</summary>
    public bool IsDiffusion { get; init; }

    /// <summary>Whether the schedule has a Stage of its own.</summary>
    public bool HasStage { get; init; }

    /// <summary>Whether the schedule has a Weight of its own.</summary>
    public bool HasWeight { get; init; }

    public bool SamplesDifferently => Keep != "Keep" || Give != "Give";
}

/// <param name="Experiment">Simple name of the experiment whose run it is.</param>
/// <param name="FullName">Its full name.</param>
/// <param name="Starts">Whether the training starts from its weights, or only keeps them beside it.</param>
/// <param name="Continues">Whether steps are counted on.</param>
internal sealed record Origin(string Experiment, string FullName, bool Starts, bool Continues);

/// <param name="Start">t′, the smallest time that is trained.</param>
/// <param name="Boundary">The fraction of a batch that is trained at t′.</param>
/// <param name="Weight">The weight of its mean loss.</param>
internal sealed record Truncation(double Start, double Boundary, double Weight);

/// <param name="Times">The schedule of the diffusion model whose weights say where paths lead, as it is written in the generated file.</param>
internal sealed record Distillation(string Times);

/// <param name="Interval">Steps without an overflow after which the scale doubles.</param>
internal sealed record LossScale(double Scale, int Interval);

/// <param name="Name">Of the member of <c>Compute</c>.</param>
internal sealed record Precision(string Name)
{
    /// <summary>The type of what flows through networks, as it is written in code; null where it is float32.</summary>
    public string? Type => IsHalf ? "Half" : Name == "BFloat16" ? "bfloat16" : null;

    /// <summary>Whether it is float16, or what stands in for it where there is no CUDA.</summary>
    public bool IsHalf => Name == "Float16";
}
