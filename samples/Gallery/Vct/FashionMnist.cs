using CM.Dsl;

namespace Gallery;

/// <summary>DDPM++ for Fashion-MNIST: 28, 14 and 7 pixels, so that the bottleneck alone attends.</summary>
[Network]
public sealed partial record FashionDenoiser : IDenoiser
{
    [DdpmPlusPlus(28, 1, 64, ChannelMult = [2, 2, 2], Dropout = [0.3])]
    public partial Layer Model { get; }

    [return: Shape("B", 1, 28, 28)]
    private Value Forward([Shape("B", 1, 28, 28)] Value x, [Shape("B")] Value level) => (x, level) | Model;
}

/// <summary>
/// iCT on Fashion-MNIST, VCT's baseline: the pseudo-Huber distance of every pixel, c = 0.00054·√784 (github.com/sony/vct).
/// </summary>
[Experiment(Steps = 400_000, Batch = 128, Seed = 42)]
[Data<FashionMnist>]
[Model<FashionDenoiser>]
[Coupling<Independent>]
[Schedule<IctSchedule>]
[PseudoHuber(0.01512, PerElement = true)]
[RAdam(1e-4), Ema(0.9999)]
[MultistepSampler(80, 0.821)]
public partial record FashionMnistIct;

/// <summary>iCT-VC on Fashion-MNIST (VCT's README).</summary>
[Experiment, Coupling<FashionNoise>, ClipGradNorm(200)]
public sealed partial record FashionMnistIctVc : FashionMnistIct;

/// <summary>iCT with minibatch optimal transport, VCT's other baseline.</summary>
[Experiment, Coupling<MinibatchOT>]
public sealed partial record FashionMnistIctOt : FashionMnistIct;
