using CM.Dsl;

namespace FirstModel;

/// <summary>A consistency model of two moons, trained from scratch with ECT's times.</summary>
[Experiment(Steps = 20_000, Batch = 256, Seed = 1)]
[Data<TwoMoons>]
[Model<Denoiser>]
[Coupling<Independent>]
[Schedule<EctSchedule>]
[PseudoHuber(0.01)]
[RAdam(3e-4), Ema(0.999)]
[MultistepSampler(80, 0.8)]
public sealed partial record Moons;
