using CM.Dsl;

namespace Gallery;

/// <summary>DDPM++ for faces of 64×64.</summary>
[Network]
public sealed partial record FfhqDenoiser : IDenoiser
{
    [DdpmPlusPlus(64, 3, 128, Dropout = [0.2])]
    public partial Layer Model { get; }

    [return: Shape("B", 3, 64, 64)]
    private Value Forward([Shape("B", 3, 64, 64)] Value x, [Shape("B")] Value level) => (x, level) | Model;
}

/// <summary>
/// ECM on FFHQ-64, VCT's baseline (github.com/sony/vct). It starts from EDM's published weights: <c>train Ffhq64Ecm --weights FILE</c>.
/// </summary>
[Experiment(Steps = 400_000, Batch = 128, Seed = 42)]
[Data<Ffhq64>]
[Model<FfhqDenoiser>]
[Coupling<Independent>]
[Schedule<EctSchedule>]
[PseudoHuber(0)]
[RAdam(1e-4), Ema(0.9999)]
[MultistepSampler(80, 0.821)]
public partial record Ffhq64Ecm;

/// <summary>ECM-VC on FFHQ-64 (VCT's README).</summary>
[Experiment, Coupling<FfhqNoise>, ClipGradNorm(200)]
public sealed partial record Ffhq64EcmVc : Ffhq64Ecm;

/// <summary>ECM with minibatch optimal transport.</summary>
[Experiment, Coupling<MinibatchOT>]
public sealed partial record Ffhq64EcmOt : Ffhq64Ecm;
