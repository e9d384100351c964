using CM.Dsl;

namespace Gallery;

/// <summary>
/// EDM on CIFAR-10, unconditional, without augmentation: the diffusion model that the tuned models start from (Karras et al. 2022, table
/// 7). Published weights take its place with <c>train NAME --weights FILE</c>.
/// </summary>
[Experiment(Steps = 400_000, Batch = 512, Seed = 0)]
[Data<Cifar10>, HorizontalFlip]
[Model<Cifar10Denoiser>]
[Coupling<Independent>]
[Schedule<EdmSchedule>]
[L2]
[Adam(1e-3), WarmUp(19_531), EdmEma(500_000, RampUp = 0.05)]
[HeunSampler(18)]
public sealed partial record EdmCifar10;

/// <summary>ECT on CIFAR-10 (Geng et al. 2024): 3.60 in one step, 2.11 in two after 400,000 steps.</summary>
[Experiment(Steps = 200_000, Batch = 128, Seed = 0)]
[Data<Cifar10>]
[Model<Cifar10Denoiser>]
[InitFrom<EdmCifar10>]
[Coupling<Independent>]
[Schedule<EctSchedule>]
[PseudoHuber(0)]
[RAdam(1e-4), Ema(0.9999)]
[MultistepSampler(80, 0.821)]
public partial record EctCifar10;
