using CM.Dsl;

namespace Gallery;

/// <summary>GC's denoiser for CIFAR-10, without dropout.</summary>
[Network]
public sealed partial record GcCifar10Denoiser : IDenoiser
{
    [DdpmPlusPlus(32, 3, 128, ChannelMult = [1, 2, 2], NumBlocks = [3], AttnResolutions = [])]
    public partial Layer Model { get; }

    [return: Shape("B", 3, 32, 32)]
    private Value Forward([Shape("B", 3, 32, 32)] Value x, [Shape("B")] Value level) => (x, level) | Model;
}

/// <summary>The same with the dropout of the baselines.</summary>
[Network]
public sealed partial record GcCifar10BaselineDenoiser : IDenoiser
{
    [DdpmPlusPlus(32, 3, 128, ChannelMult = [1, 2, 2], NumBlocks = [3], AttnResolutions = [], Dropout = [0.3])]
    public partial Layer Model { get; }

    [return: Shape("B", 3, 32, 32)]
    private Value Forward([Shape("B", 3, 32, 32)] Value x, [Shape("B")] Value level) => (x, level) | Model;
}

/// <summary>iCT-GC on CIFAR-10 (Issenhuth et al. 2025, table 1): FID 5.95 in one step; pseudo-Huber with c = 0.00054·√3072.</summary>
[Experiment(Steps = 100_000, Batch = 512, Seed = 999)]
[Data<Cifar10>]
[Model<GcCifar10Denoiser>]
[Coupling<GeneratorInduced>]
[Schedule<IctSchedule>]
[PseudoHuber(0.02993)]
[Lion(1e-4), EmaWarmUp(0.9999, Every = 5)]
[MultistepSampler(80)]
public partial record GcCifar10Gc;

/// <summary>Its baseline, iCT with independent noise: FID 7.42.</summary>
[Experiment, Model<GcCifar10BaselineDenoiser>, Coupling<Independent>]
public sealed partial record GcCifar10Independent : GcCifar10Gc;

/// <summary>Its baseline with minibatch optimal transport: FID 6.75.</summary>
[Experiment, Model<GcCifar10BaselineDenoiser>, Coupling<MinibatchOT>]
public sealed partial record GcCifar10Transport : GcCifar10Gc;
