using CM.Dsl;

namespace Gallery;

/// <summary>iCT on CIFAR-10, VCT's baseline, with c = 0.00054·√3072 (github.com/sony/vct).</summary>
[Experiment(Steps = 400_000, Batch = 512, Seed = 42)]
[Data<Cifar10>, HorizontalFlip]
[Model<Cifar10ImprovedDenoiser>]
[Coupling<Independent>]
[Schedule<IctSchedule>]
[PseudoHuber(0.02993, PerElement = true)]
[RAdam(1e-4), Ema(0.9999)]
[MultistepSampler(80, 0.821)]
public partial record Cifar10Ict;

/// <summary>iCT-VC on CIFAR-10 (VCT's README).</summary>
[Experiment, Coupling<Cifar10ImprovedNoise>, ClipGradNorm(200)]
public sealed partial record Cifar10IctVc : Cifar10Ict;

/// <summary>iCT with minibatch optimal transport.</summary>
[Experiment, Coupling<MinibatchOT>]
public sealed partial record Cifar10IctOt : Cifar10Ict;
