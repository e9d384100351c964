using CM.Dsl;

namespace Gallery;

/// <summary>GC's denoiser for LSUN Church 64, without dropout.</summary>
[Network]
public sealed partial record GcLsun64Denoiser : IDenoiser
{
    [DdpmPlusPlus(64, 3, 128, NumBlocks = [3, 3, 4, 5], AttnResolutions = [])]
    public partial Layer Model { get; }

    [return: Shape("B", 3, 64, 64)]
    private Value Forward([Shape("B", 3, 64, 64)] Value x, [Shape("B")] Value level) => (x, level) | Model;
}

/// <summary>The same with the dropout of the baselines.</summary>
[Network]
public sealed partial record GcLsun64BaselineDenoiser : IDenoiser
{
    [DdpmPlusPlus(64, 3, 128, NumBlocks = [3, 3, 4, 5], AttnResolutions = [], Dropout = [0, 0, 0.2, 0.2])]
    public partial Layer Model { get; }

    [return: Shape("B", 3, 64, 64)]
    private Value Forward([Shape("B", 3, 64, 64)] Value x, [Shape("B")] Value level) => (x, level) | Model;
}

/// <summary>
/// iCT-GC on LSUN Church 64 (Issenhuth et al. 2025, table 1; the paper does not give this set's numbers, here are those of CelebA-64): FID
/// 9.88 in one step; pseudo-Huber with c = 0.00054·√12288.
/// </summary>
[Experiment(Steps = 150_000, Batch = 128, Seed = 999)]
[Data<LsunChurch64>]
[Model<GcLsun64Denoiser>]
[Coupling<GeneratorInduced>]
[Schedule<IctSchedule>]
[PseudoHuber(0.05986)]
[Lion(8e-5), EmaWarmUp(0.9999, Every = 5)]
[MultistepSampler(80)]
public partial record GcLsun64Gc;

/// <summary>Its baseline, iCT with independent noise: FID 10.58.</summary>
[Experiment, Model<GcLsun64BaselineDenoiser>, Coupling<Independent>]
public sealed partial record GcLsun64Independent : GcLsun64Gc;

/// <summary>Its baseline with minibatch optimal transport: FID 9.71.</summary>
[Experiment, Model<GcLsun64BaselineDenoiser>, Coupling<MinibatchOT>]
public sealed partial record GcLsun64Transport : GcLsun64Gc;
