using CM.Dsl;

namespace Gallery;

/// <summary>TCM's first stage on CIFAR-10 (Lee et al. 2025; steps of FastGen's run), from EDM's weights.</summary>
[Experiment(Steps = 350_000, Batch = 512, Seed = 101)]
[Data<Cifar10>]
[Model<Cifar10Denoiser>]
[StartFrom<EdmCifar10>]
[Coupling<Independent>]
[Times<TcmCifar10FirstTimes>]
[PseudoHuber(1e-8)]
[RAdam(1e-4), Ema(0.9999)]
[Sample(80, 1)]
public partial record TcmCifar10First;

/// <summary>TCM's second stage on CIFAR-10: 2.46 in one step, 2.05 in two.</summary>
[Experiment(Steps = 650_000, Batch = 1024)]
[StartFrom<TcmCifar10First>(Continue = true)]
[Truncated(Boundary = 0.25, BoundaryWeight = 0.1)]
[Times<TcmCifar10SecondTimes>]
[RAdam(5e-5)]
public sealed partial record TcmCifar10Second : TcmCifar10First;
