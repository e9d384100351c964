using CM.Dsl;

namespace Gallery;

/// <summary>GC's denoiser for ImageNet-32, without dropout.</summary>
[Network]
public sealed partial record GcImageNet32Denoiser : IDenoiser
{
    [DdpmPlusPlus(32, 3, 128, ChannelMult = [1, 1, 2], NumBlocks = [3, 5, 7])]
    public partial Layer Model { get; }

    [return: Shape("B", 3, 32, 32)]
    private Value Forward([Shape("B", 3, 32, 32)] Value x, [Shape("B")] Value level) => (x, level) | Model;
}

/// <summary>The same with the dropout of the baselines.</summary>
[Network]
public sealed partial record GcImageNet32BaselineDenoiser : IDenoiser
{
    [DdpmPlusPlus(32, 3, 128, ChannelMult = [1, 1, 2], NumBlocks = [3, 5, 7], Dropout = [0, 0.2, 0.2])]
    public partial Layer Model { get; }

    [return: Shape("B", 3, 32, 32)]
    private Value Forward([Shape("B", 3, 32, 32)] Value x, [Shape("B")] Value level) => (x, level) | Model;
}

/// <summary>iCT-GC on ImageNet-32 (Issenhuth et al. 2025, table 1): FID 13.99 in one step; pseudo-Huber with c = 0.00054·√3072.</summary>
[Experiment(Steps = 150_000, Batch = 512, Seed = 999)]
[Data<ImageNet32>]
[Model<GcImageNet32Denoiser>]
[Coupling<GeneratorInduced>]
[Schedule<IctSchedule>]
[PseudoHuber(0.02993)]
[Lion(8e-5), EmaWarmUp(0.9999, Every = 5)]
[MultistepSampler(80)]
public partial record GcImageNet32Gc;

/// <summary>Its baseline, iCT with independent noise: FID 14.89.</summary>
[Experiment, Model<GcImageNet32BaselineDenoiser>, Coupling<Independent>]
public sealed partial record GcImageNet32Independent : GcImageNet32Gc;

/// <summary>Its baseline with minibatch optimal transport: FID 14.13.</summary>
[Experiment, Model<GcImageNet32BaselineDenoiser>, Coupling<MinibatchOT>]
public sealed partial record GcImageNet32Transport : GcImageNet32Gc;
