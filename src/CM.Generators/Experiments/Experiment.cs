using CM.Generators.Checking;
using CM.Generators.Couplings;
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

    public Loss? Loss { get; init; }

    public OptimizerAxis? Optimizer { get; init; }

    public double? ClipNorm { get; init; }

    /// <summary>Null where losses are taken as they are.</summary>
    public LossScale? LossScale { get; init; }

    /// <summary>What networks compute in; null where libtorch is left as it is set up.</summary>
    public Precision? Precision { get; init; }

    /// <summary>What stands before a method that casts to a network's type: which one stands in for float16 is known when a training begins.</summary>
    public string Static => Precision is { IsHalf: true } ? "" : "static ";

    /// <summary>Whether every second image is mirrored.</summary>
    public bool HorizontalFlip { get; init; }

    public EquatableArray<AverageAxis> Averages { get; init; }

    public EquatableArray<double> SampleTimes { get; init; }

    /// <summary>Whether every time after the first takes the same noise.</summary>
    public bool SameNoise { get; init; }

    /// <summary>Null where the sampler is a consistency model's.</summary>
    public HeunSampler? Heun { get; init; }

    /// <summary>How samples are judged; null where nothing is said.</summary>
    public Evaluation? Evaluation { get; init; }

    /// <summary>The comparison to which it belongs; null where there is none.</summary>
    public Comparison? Comparison { get; init; }

    public EquatableArray<Problem> Problems { get; init; }

    /// <summary>Whether the last of the averages makes the targets.</summary>
    public bool HasTeacher => Averages.Any(average => average.Teaches);

    /// <summary>Whether weights of a finished run lie beside those that are trained.</summary>
    public bool HasFrozen => Truncation is not null || Distillation is not null || Coupling is DeclaredCoupling declared && declared.Models.Any(Couplings.Model.IsFrozen);

    /// <summary>Whether a network of it takes labels.</summary>
    public bool TakesLabels => Model!.TakesLabels || Coupling is DeclaredCoupling { HasLabels: true };

    /// <summary>
    /// Why it cannot run, as the end of a sentence; null where it can. What the C# compiler finds, such as a type that does not exist, leaves an
    /// axis out without a finding of ours.
    /// </summary>
    public string? Obstacle => Problems.FirstOrDefault(problem => problem.IsError) is { } error ? $"has errors, the first is {error.Rule}"
        : Data is null || Model is null || Coupling is null || Times is null || Loss is null || Optimizer is null ? "does not compile yet"
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

internal sealed record HeunSampler(int Steps, double Rho);

/// <summary>The distance of two samples.</summary>
internal abstract record Loss;

/// <summary>√(‖a − b‖² + c²) − c, of the whole sample or summed over its elements.</summary>
internal sealed record PseudoHuberLoss(double C, bool PerElement) : Loss;

/// <summary>‖a − b‖².</summary>
internal sealed record SquaredLoss : Loss;

/// <param name="Kind">The class in CM.Runtime.</param>
/// <param name="Settings">What differs from the defaults, by the constructor's parameter names.</param>
internal sealed record OptimizerAxis(string Kind, double Rate, EquatableArray<Setting> Settings)
{
    /// <summary>How the rate grows at first, or null.</summary>
    public WarmUp? WarmUp { get; init; }

    /// <summary>How the rate falls, or null.</summary>
    public RateDecay? Decay { get; init; }

    public bool IsSteady => WarmUp is null && Decay is null;
}

/// <param name="Kind">The class in CM.Runtime.</param>
/// <param name="Size">What its attribute says first: a decay, a width, a half-life.</param>
/// <param name="Settings">What differs from the defaults, by the constructor's parameter names.</param>
internal sealed record AverageAxis(string Kind, double Size, EquatableArray<Setting> Settings)
{
    /// <summary>Whether it makes the targets.</summary>
    public bool Teaches => Kind == "EmaTeacher";
}

/// <summary>rate·min((k − after)/steps, 1).</summary>
internal sealed record WarmUp(double Steps, double After)
{
    public double End => After + Steps;
}

internal abstract record RateDecay;

/// <summary>rate/√max((k − after)/steps, 1).</summary>
internal sealed record InverseSqrtDecay(double Steps, double After) : RateDecay;

/// <summary>Half a cosine, down to 0 at the last step.</summary>
internal sealed record CosineDecay : RateDecay;

/// <param name="Value">As it is written in code.</param>
internal sealed record Setting(string Name, string Value);
