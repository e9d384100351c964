using CM.Dsl;

namespace Gallery;

/// <summary>TCM's first stage on CIFAR-10 (Lee et al. 2025; steps of FastGen's run), from EDM's weights.</summary>
[Experiment(Steps = 350_000, Batch = 512, Seed = 101)]
[Data<Cifar10>]
[Model<Cifar10Denoiser>]
[InitFrom<EdmCifar10>]
[Coupling<Independent>]
[Schedule<TcmCifar10FirstSchedule>]
[PseudoHuber(1e-8)]
[RAdam(1e-4), Ema(0.9999)]
[MultistepSampler(80, 1)]
public partial record TcmCifar10First;

/// <summary>TCM's second stage on CIFAR-10: 2.46 in one step, 2.05 in two.</summary>
[Experiment(Steps = 650_000, Batch = 1024)]
[InitFrom<TcmCifar10First>(ContinueSteps = true)]
[Truncated(BoundaryFraction = 0.25, BoundaryWeight = 0.1)]
[Schedule<TcmCifar10SecondSchedule>]
[RAdam(5e-5)]
public sealed partial record TcmCifar10Second : TcmCifar10First;
