using CM.Dsl;

namespace Gallery;

/// <summary>ECM on CIFAR-10, VCT's baseline, from EDM's weights (github.com/sony/vct): 400,000 steps of 128.</summary>
[Experiment(Steps = 400_000, Batch = 128, Seed = 42)]
[Data<Cifar10>, HorizontalFlip]
[Model<Cifar10Denoiser>]
[InitFrom<EdmCifar10>]
[Coupling<Independent>]
[Schedule<EctSchedule>]
[PseudoHuber(0)]
[RAdam(1e-4), Ema(0.9999)]
[MultistepSampler(80, 0.821)]
public partial record Cifar10Ecm;

/// <summary>ECM-VC on CIFAR-10 (VCT's README): 2.02 in two steps.</summary>
[Experiment, Coupling<Cifar10Noise>, ClipGradNorm(200)]
public sealed partial record Cifar10EcmVc : Cifar10Ecm;

/// <summary>ECM with minibatch optimal transport.</summary>
[Experiment, Coupling<MinibatchOT>]
public sealed partial record Cifar10EcmOt : Cifar10Ecm;
