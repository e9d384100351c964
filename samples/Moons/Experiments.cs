using CM.Dsl;

namespace Moons;

/// <summary>A consistency model of two moons, trained from scratch with ECT's times.</summary>
[Experiment(Steps = 20_000, Batch = 256, Seed = 1)]
[Data<TwoMoons>]
[Model<MoonsDenoiser>]
[Coupling<Independent>]
[Times<EasyTimes>]
[PseudoHuber(0.01)]
[RAdam(3e-4), Ema(0.999)]
[Sample(80, 0.8)]
public partial record Moons;

/// <summary>The same with noise from an encoder.</summary>
[Experiment, Coupling<VariationalNoise>, ClipNorm(200)]
public sealed partial record MoonsVariational : Moons;

/// <summary>The same with half of the data replaced by what the model makes of them.</summary>
[Experiment, Coupling<GeneratorInduced>]
public sealed partial record MoonsGenerated : Moons;

/// <summary>The same with data and noise of each batch matched by optimal transport.</summary>
[Experiment, Coupling<MinibatchOT>]
public sealed partial record MoonsTransported : Moons;

/// <summary>The first stage of a truncated consistency model: all times.</summary>
[Experiment, Times<FirstStageTimes>]
public partial record MoonsFirstStage : Moons;

/// <summary>The second stage: times from t' = 1 on, with the first stage as the target below.</summary>
[Experiment(Steps = 40_000)]
[StartFrom<MoonsFirstStage>(Continue = true)]
[Truncated(Boundary = 0.25, BoundaryWeight = 0.1)]
[Times<SecondStageTimes>]
[Sample(80, 1)]
public sealed partial record MoonsTruncated : MoonsFirstStage;

/// <summary>A diffusion model (EDM), whose weights a consistency model can start from.</summary>
[Experiment, Times<DiffusionTimes>, L2, Adam(1e-3), Heun(18)]
public sealed partial record MoonsDiffusion : Moons;

/// <summary>A consistency model tuned from the diffusion model, as in ECT.</summary>
[Experiment, StartFrom<MoonsDiffusion>]
public sealed partial record MoonsTuned : Moons;
