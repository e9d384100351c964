using CM.Dsl;

namespace Digits;

/// <summary>Handwritten digits with ECT's times.</summary>
[Experiment(Steps = 3_000, Batch = 64, Seed = 1)]
[Data<Mnist>]
[Model<DigitsDenoiser>]
[Coupling<Independent>]
[Schedule<EctSchedule>]
[PseudoHuber(0.015)]
[RAdam(1e-3), Ema(0.995)]
[MultistepSampler(80, 0.8)]
[Evaluate<DigitsClassifier>]
public partial record Digits;

/// <summary>The same with iCT's grid.</summary>
[Experiment, Schedule<IctSchedule>]
public sealed partial record DigitsImproved : Digits;

/// <summary>Digits that are asked for: <c>sample RUN --class 3</c>.</summary>
[Experiment, Model<ClassDenoiser>]
public sealed partial record DigitsByClass : Digits;

/// <summary>Digits with data and noise as they are drawn: what the others of the comparison differ from.</summary>
[Experiment(Steps = 2_000, Batch = 64, Seed = 1)]
[Data<Mnist>]
[Model<CompactDenoiser>]
[Coupling<Independent>]
[Schedule<EctSchedule>]
[PseudoHuber(0.015)]
[RAdam(1e-3), Ema(0.998)]
[MultistepSampler(80, 0.8)]
[Evaluate<DigitsClassifier>(Samples = 5_000)]
[Compare("digits", "precision")]
public partial record DigitsIndependent;

/// <summary>The same with networks in 16 bits.</summary>
[Experiment, Precision(ComputeType.BFloat16), Compare("precision")]
public sealed partial record DigitsInBFloat16 : DigitsIndependent;

/// <summary>The same with digits and noise of each batch matched by optimal transport.</summary>
[Experiment, Coupling<MinibatchOT>, Compare("digits")]
public sealed partial record DigitsTransported : DigitsIndependent;

/// <summary>The same with noise from an encoder.</summary>
[Experiment, Coupling<VariationalNoise>, ClipGradNorm(200), Compare("digits")]
public sealed partial record DigitsVariational : DigitsIndependent;

/// <summary>The same with half of the digits replaced by what the model makes of them.</summary>
[Experiment, Coupling<GeneratorInduced>, Compare("digits")]
public sealed partial record DigitsGenerated : DigitsIndependent;

/// <summary>The first stage of a truncated consistency model, half of the steps.</summary>
[Experiment(Steps = 1_000), Schedule<FirstStageSchedule>, Compare("digits")]
public partial record DigitsFirstStage : DigitsIndependent;

/// <summary>The second stage, the other half: times from t' = 1 on, with the first stage as the target below.</summary>
[Experiment(Steps = 2_000)]
[InitFrom<DigitsFirstStage>(ContinueSteps = true)]
[Truncated(BoundaryFraction = 0.25, BoundaryWeight = 0.1)]
[Schedule<SecondStageSchedule>]
[MultistepSampler(80, 1)]
[Compare("digits")]
public sealed partial record DigitsTruncated : DigitsFirstStage;
