using CM.Dsl;

namespace Gallery;

/// <summary>GC's denoiser for CelebA-64, without dropout.</summary>
[Network]
public sealed partial record GcCelebA64Denoiser : IDenoiser
{
    [DdpmPlusPlus(64, 3, 128, NumBlocks = [3, 3, 4, 5], AttnResolutions = [])]
    public partial Layer Model { get; }

    [return: Shape("B", 3, 64, 64)]
    private Value Forward([Shape("B", 3, 64, 64)] Value x, [Shape("B")] Value level) => (x, level) | Model;
}

/// <summary>The same with the dropout of the baselines.</summary>
[Network]
public sealed partial record GcCelebA64BaselineDenoiser : IDenoiser
{
    [DdpmPlusPlus(64, 3, 128, NumBlocks = [3, 3, 4, 5], AttnResolutions = [], Dropout = [0, 0, 0.2, 0.2])]
    public partial Layer Model { get; }

    [return: Shape("B", 3, 64, 64)]
    private Value Forward([Shape("B", 3, 64, 64)] Value x, [Shape("B")] Value level) => (x, level) | Model;
}

/// <summary>iCT-GC on CelebA-64 (Issenhuth et al. 2025, table 1): FID 11.74 in one step; pseudo-Huber with c = 0.00054·√12288.</summary>
[Experiment(Steps = 150_000, Batch = 128, Seed = 999)]
[Data<CelebA64>]
[Model<GcCelebA64Denoiser>]
[Coupling<GeneratorInduced>]
[Schedule<IctSchedule>]
[PseudoHuber(0.05986)]
[Lion(8e-5), EmaWarmUp(0.9999, Every = 5)]
[MultistepSampler(80)]
public partial record GcCelebA64Gc;

/// <summary>Its baseline, iCT with independent noise: FID 15.82.</summary>
[Experiment, Model<GcCelebA64BaselineDenoiser>, Coupling<Independent>]
public sealed partial record GcCelebA64Independent : GcCelebA64Gc;

/// <summary>Its baseline with minibatch optimal transport: FID 13.63.</summary>
[Experiment, Model<GcCelebA64BaselineDenoiser>, Coupling<MinibatchOT>]
public sealed partial record GcCelebA64Transport : GcCelebA64Gc;
