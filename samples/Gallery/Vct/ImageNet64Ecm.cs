using CM.Dsl;
using static System.Math;

namespace Gallery;

/// <summary>
/// ECT's times for ImageNet-64 with VCT's kernel, linear interpolation: at 80 there is noise alone (github.com/sony/vct).
/// </summary>
[TimeSchedule(min: 0.003, max: 80), LogNormal(mean: -0.8, std: 1.6)]
public sealed partial record LinearImageNetSchedule : ITimeSchedule
{
    public static double Alpha(double t) => 1 - t / 80;

    public static double Sigma(double t) => t;

    public static int Stage(double progress) => (int)(4 * progress);

    public static double TeacherTime(double t, int stage) => Max(0, t - t * Pow(4, -(stage + 1)) * (1 + 8 / (1 + Exp(t))));

    public static double Weight(double t, double r) => 1 / (t * t) + 1 / (0.5 * 0.5);
}

/// <summary>VCT's larger encoder: an EDM2 of 32 channels with two blocks a level, which knows the classes and no level.</summary>
[Network]
public sealed partial record ImageNetEncoder
{
    [Edm2(64, 3, 32, OutChannels = 6, LabelDim = 1000, NumBlocks = [2], Dropout = [0, 0, 0.4, 0.4])]
    public partial Layer Model { get; }

    [Block<Posterior>(3)]
    public partial Layer Split { get; }

    [return: Shape("B", 3, 64, 64)]
    [return: Shape("B", 3, 64, 64)]
    private (Value, Value) Forward([Shape("B", 3, 64, 64)] Value x, [Shape("B", 1000)] Value labels)
    {
        var (mean, deviation) = (x | Scale(2), x | ZerosLike, labels) | Model | Split;
        return (mean, deviation);
    }
}

/// <summary>Noise from <see cref="ImageNetEncoder"/>, β = 90 whatever the loss weighs.</summary>
[Coupling]
public sealed partial record ImageNetNoise
{
    [Block<ImageNetEncoder>]
    public partial Layer Encode { get; }

    [KlToStandardNormal(weight: 90, Constant = true)]
    public partial Layer Kl { get; }

    private Pair Couple(Value data, Value noise, Value labels)
    {
        var (mean, deviation) = (data, labels) | Encode;
        return new Pair(data, mean + deviation * noise) { Regularization = (mean, deviation) | Kl };
    }
}

/// <summary>
/// ECM on ImageNet-64 with EDM2-S, by class, VCT's baseline (github.com/sony/vct). It starts from EDM2's published weights: <c>train
/// ImageNet64Ecm --weights FILE</c>.
/// </summary>
[Experiment(Steps = 200_000, Batch = 128, Seed = 42)]
[Data<ImageNet64>]
[Model<ImageNetSmallDenoiser>]
[Coupling<Independent>]
[Schedule<LinearImageNetSchedule>]
[PseudoHuber(0.06)]
[Adam(1e-3, Beta2 = 0.99), InverseSqrt(2000), PowerFunctionEma(0.1)]
[MultistepSampler(80, 1.526)]
public partial record ImageNet64Ecm;

/// <summary>ECM-VC on ImageNet-64 (VCT's README): 3.07 in two steps.</summary>
[Experiment, Coupling<ImageNetNoise>, ClipGradNorm(200)]
public sealed partial record ImageNet64EcmVc : ImageNet64Ecm;

/// <summary>ECM with minibatch optimal transport; labels stay with their images.</summary>
[Experiment, Coupling<MinibatchOT>]
public sealed partial record ImageNet64EcmOt : ImageNet64Ecm;
