using CM.Dsl;

namespace SmallDigits;

/// <summary>Handwritten digits of 8×8 pixels with ECT's times.</summary>
[Experiment(Steps = 2_000, Batch = 64, Seed = 1)]
[Data<OpticalDigits>]
[Model<SmallDenoiser>]
[Coupling<Independent>]
[Schedule<EctSchedule>]
[PseudoHuber(0.01)]
[RAdam(2e-3), Cosine, Ema(0.995)]
[MultistepSampler(80, 0.8)]
[Evaluate<SmallDigitsClassifier>(Samples = 4_000), Compare("small-digits")]
public partial record SmallDigits;

/// <summary>Digits of a given class: <c>sample RUN --class 3</c>.</summary>
[Experiment, Model<ClassDenoiser>]
public sealed partial record SmallDigitsByClass : SmallDigits;

/// <summary>The same with digits and noise of each batch matched by optimal transport.</summary>
[Experiment, Coupling<MinibatchOT>, Compare("small-digits")]
public sealed partial record SmallDigitsTransported : SmallDigits;

/// <summary>The same with noise from an encoder.</summary>
[Experiment, Coupling<VariationalNoise>, ClipGradNorm(200), Compare("small-digits")]
public sealed partial record SmallDigitsVariational : SmallDigits;

/// <summary>The same with half of the digits replaced by the model's predictions.</summary>
[Experiment, Coupling<GeneratorInduced>, Compare("small-digits")]
public sealed partial record SmallDigitsGenerated : SmallDigits;

/// <summary>The first stage of a truncated consistency model, half of the steps.</summary>
[Experiment(Steps = 1_000), Schedule<FirstStageSchedule>, Compare("small-digits")]
public partial record SmallDigitsFirstStage : SmallDigits;

/// <summary>The second stage, the other half: times from t' = 1 on, with the first stage as the target below.</summary>
[Experiment(Steps = 2_000)]
[InitFrom<SmallDigitsFirstStage>(ContinueSteps = true)]
[Truncated(BoundaryFraction = 0.25, BoundaryWeight = 0.1)]
[Schedule<SecondStageSchedule>]
[MultistepSampler(80, 1)]
[Compare("small-digits")]
public sealed partial record SmallDigitsTruncated : SmallDigitsFirstStage;
