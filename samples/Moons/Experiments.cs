using CM.Dsl;

namespace Moons;

/// <summary>A consistency model of two moons, trained from scratch with ECT's times.</summary>
[Experiment(Steps = 20_000, Batch = 256, Seed = 1)]
[Data<TwoMoons>]
[Model<MoonsDenoiser>]
[Coupling<Independent>]
[Schedule<EctSchedule>]
[PseudoHuber(0.01)]
[RAdam(3e-4), Ema(0.999)]
[MultistepSampler(80, 0.8)]
[Evaluate(Samples = 4_000), Compare("moons", "digits", Seeds = 3)]
public partial record Moons;

/// <summary>The same with noise from an encoder.</summary>
[Experiment, Coupling<VariationalNoise>, ClipGradNorm(200), Compare("moons", "digits", Seeds = 3)]
public partial record MoonsVariational : Moons;

/// <summary>The same with half of the data replaced by what the model makes of them.</summary>
[Experiment, Coupling<GeneratorInduced>, Compare("moons", "digits", Seeds = 3)]
public partial record MoonsGenerated : Moons;

/// <summary>The same with data and noise of each batch matched by optimal transport.</summary>
[Experiment, Coupling<MinibatchOT>, Compare("moons", "digits", Seeds = 3)]
public partial record MoonsTransported : Moons;

/// <summary>The first stage of a truncated consistency model: all times, half of the steps.</summary>
[Experiment(Steps = 10_000), Schedule<FirstStageSchedule>, Compare("moons", "digits", Seeds = 3)]
public partial record MoonsFirstStage : Moons;

/// <summary>The second stage: times from t' = 1 on, with the first stage as the target below.</summary>
[Experiment(Steps = 20_000)]
[InitFrom<MoonsFirstStage>(ContinueSteps = true)]
[Truncated(BoundaryFraction = 0.25, BoundaryWeight = 0.1)]
[Schedule<SecondStageSchedule>]
[MultistepSampler(80, 1)]
[Compare("moons", "digits", Seeds = 3)]
public partial record MoonsTruncated : MoonsFirstStage;

/// <summary>A diffusion model (EDM), whose weights a consistency model can start from.</summary>
[Experiment, Schedule<EdmSchedule>, L2, Adam(1e-3), HeunSampler(18)]
public sealed partial record MoonsDiffusion : Moons;

/// <summary>A consistency model tuned from the diffusion model, as in ECT.</summary>
[Experiment, InitFrom<MoonsDiffusion>]
public sealed partial record MoonsTuned : Moons;

/// <summary>The experiments with two moons on eight Gaussians, whose modes can be counted.</summary>
[Experiment, Data<EightGaussians>, Compare("moons", "digits", Seeds = 3)]
public sealed partial record Ring : Moons;

/// <summary>With noise from an encoder.</summary>
[Experiment, Data<EightGaussians>, Compare("moons", "digits", Seeds = 3)]
public sealed partial record RingVariational : MoonsVariational;

/// <summary>With half of the data replaced by what the model makes of them.</summary>
[Experiment, Data<EightGaussians>, Compare("moons", "digits", Seeds = 3)]
public sealed partial record RingGenerated : MoonsGenerated;

/// <summary>With data and noise of each batch matched by optimal transport.</summary>
[Experiment, Data<EightGaussians>, Compare("moons", "digits", Seeds = 3)]
public sealed partial record RingTransported : MoonsTransported;

/// <summary>The first stage of a truncated consistency model.</summary>
[Experiment, Data<EightGaussians>, Compare("moons", "digits", Seeds = 3)]
public sealed partial record RingFirstStage : MoonsFirstStage;

/// <summary>The second stage.</summary>
[Experiment, Data<EightGaussians>, InitFrom<RingFirstStage>(ContinueSteps = true), Compare("moons", "digits", Seeds = 3)]
public sealed partial record RingTruncated : MoonsTruncated;
