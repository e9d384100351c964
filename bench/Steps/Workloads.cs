using CM.Dsl;
using static System.Math;
using static CM.Dsl.Functions;

namespace Bench;

/// <summary>Random images of 32×32.</summary>
[Shape(3, 32, 32)]
public sealed record RandomImages : IExamples
{
    public int Count => 64;

    public void Read(int index, Span<float> values)
    {
        var random = new Random(index);
        foreach (ref var value in values)
            value = 2 * random.NextSingle() - 1;
    }
}

/// <summary>ECT's times in their first stage (Geng et al. 2024).</summary>
[TimeSchedule(min: 0.003, max: 80, Preconditioning = Preconditioning.Edm), LogNormal(mean: -1.1, std: 2.0)]
public sealed partial record FirstStage : ITimeSchedule
{
    public static double Alpha(double t) => 1;

    public static double Sigma(double t) => t;

    public static double TeacherTime(double t, int stage) => Max(0, t - t * 0.5 * (1 + 8 / (1 + Exp(t))));
}

/// <summary>VCT's toy network with SiLU: 198,402 parameters.</summary>
[Network]
public sealed partial record Toy : IDenoiser
{
    [Linear(2, 256)]
    public partial Layer In { get; }

    [Linear(512, 256)]
    public partial Layer First { get; }

    [Linear(256, 256)]
    public partial Layer Second { get; }

    [Linear(256, 2)]
    public partial Layer Out { get; }

    [return: Shape("B", 2)]
    private Value Forward([Shape("B", 2)] Value x, [Shape("B")] Value level) =>
        Value.Cat(x | In | SiLU, level | PositionalEmbedding(256)) | First | SiLU | Second | SiLU | Out;
}

/// <summary>DDPM++ of 32 channels: 1,754,147 parameters.</summary>
[Network]
public sealed partial record SmallUNet : IDenoiser
{
    [DdpmPlusPlus(32, 3, 32, ChannelMult = [1, 2, 2], NumBlocks = [2], AttnResolutions = [16], Dropout = [0.2])]
    public partial Layer Model { get; }

    [return: Shape("B", 3, 32, 32)]
    private Value Forward([Shape("B", 3, 32, 32)] Value x, [Shape("B")] Value level) => (x, level) | Model;
}

/// <summary>The same without dropout, whose loss can be compared.</summary>
[Network]
public sealed partial record SmallUNetWithoutDropout : IDenoiser
{
    [DdpmPlusPlus(32, 3, 32, ChannelMult = [1, 2, 2], NumBlocks = [2], AttnResolutions = [16])]
    public partial Layer Model { get; }

    [return: Shape("B", 3, 32, 32)]
    private Value Forward([Shape("B", 3, 32, 32)] Value x, [Shape("B")] Value level) => (x, level) | Model;
}

/// <summary>W1: ECT on points.</summary>
[Experiment(Steps = 1_000_000, Batch = 256, Seed = 1)]
[Data<TwoMoons>]
[Model<Toy>]
[Coupling<Independent>]
[Schedule<FirstStage>]
[PseudoHuber(0)]
[RAdam(1e-4), Ema(0.9999)]
[MultistepSampler(80)]
public partial record ToySteps;

/// <summary>W2: ECT on images.</summary>
[Experiment(Steps = 1_000_000, Batch = 16, Seed = 1)]
[Data<RandomImages>]
[Model<SmallUNet>]
[Coupling<Independent>]
[Schedule<FirstStage>]
[PseudoHuber(0)]
[RAdam(1e-4), Ema(0.9999)]
[MultistepSampler(80)]
public partial record UNetSteps;

/// <summary>W2's loss to compare, and W6 in one step.</summary>
[Experiment, Model<SmallUNetWithoutDropout>]
public partial record UNetCheck : UNetSteps;

/// <summary>W6 in two steps.</summary>
[Experiment, MultistepSampler(80, 0.821)]
public sealed partial record UNetTwoSteps : UNetCheck;

/// <summary>VCT's encoder of its toy: 198,916 parameters.</summary>
[Network]
public sealed partial record ToyEncoder
{
    [Linear(2, 256)]
    public partial Layer In { get; }

    [Linear(512, 256)]
    public partial Layer First { get; }

    [Linear(256, 256)]
    public partial Layer Second { get; }

    [Linear(256, 4)]
    public partial Layer Out { get; }

    [return: Shape("B", 2)]
    [return: Shape("B", 2)]
    private (Value, Value) Forward([Shape("B", 2)] Value x)
    {
        var both = Value.Cat(x | Scale(2) | In | SiLU, x | ZerosLike | PositionalEmbedding(256)) | First | SiLU | Second | SiLU | Out;
        return (both | SliceChannels(0, 2), both | SliceChannels(2, 2) | Softplus);
    }
}

/// <summary>VCT's coupling of its toy.</summary>
[Coupling]
public sealed partial record ToyVariationalNoise
{
    [Block<ToyEncoder>]
    public partial Layer Encode { get; }

    [KlToStandardNormal(weight: 10)]
    public partial Layer Kl { get; }

    private Pair Couple(Value data, Value noise)
    {
        var (mean, deviation) = data | Encode;
        return new Pair(data, mean + deviation * noise) { Regularization = (mean, deviation) | Kl };
    }
}

/// <summary>W1-VCT: W1 with VCT's encoder, 397,318 parameters in all.</summary>
[Experiment, Coupling<ToyVariationalNoise>, ClipGradNorm(200)]
public sealed partial record ToyVariationalSteps : ToySteps;

/// <summary>
/// VCT's posterior: half of what the encoder's network gives is the mean, the softplus of the rest the standard deviation.
/// </summary>
[Network]
public sealed partial record Posterior
{
    [return: Shape("B", 3, "H", "W")]
    [return: Shape("B", 3, "H", "W")]
    private (Value, Value) Forward([Shape("B", 6, "H", "W")] Value x) => (x | SliceChannels(0, 3), x | SliceChannels(3, 3) | Softplus);
}

/// <summary>VCT's encoder: 1,261,414 parameters.</summary>
[Network]
public sealed partial record SmallEncoder
{
    [DdpmPlusPlus(32, 3, 32, OutChannels = 6, ChannelMult = [1, 2, 2], NumBlocks = [1], AttnResolutions = [16], Dropout = [0.2])]
    public partial Layer Model { get; }

    [Block<Posterior>]
    public partial Layer Split { get; }

    [return: Shape("B", 3, 32, 32)]
    [return: Shape("B", 3, 32, 32)]
    private (Value, Value) Forward([Shape("B", 3, 32, 32)] Value x)
    {
        var (mean, deviation) = (x | Scale(2), x | ZerosLike) | Model | Split;
        return (mean, deviation);
    }
}

/// <summary>The same without dropout.</summary>
[Network]
public sealed partial record SmallEncoderWithoutDropout
{
    [DdpmPlusPlus(32, 3, 32, OutChannels = 6, ChannelMult = [1, 2, 2], NumBlocks = [1], AttnResolutions = [16])]
    public partial Layer Model { get; }

    [Block<Posterior>]
    public partial Layer Split { get; }

    [return: Shape("B", 3, 32, 32)]
    [return: Shape("B", 3, 32, 32)]
    private (Value, Value) Forward([Shape("B", 3, 32, 32)] Value x)
    {
        var (mean, deviation) = (x | Scale(2), x | ZerosLike) | Model | Split;
        return (mean, deviation);
    }
}

/// <summary>VCT's coupling.</summary>
[Coupling]
public sealed partial record VariationalNoise
{
    [Block<SmallEncoder>]
    public partial Layer Encode { get; }

    [KlToStandardNormal(weight: 10)]
    public partial Layer Kl { get; }

    private Pair Couple(Value data, Value noise)
    {
        var (mean, deviation) = data | Encode;
        return new Pair(data, mean + deviation * noise) { Regularization = (mean, deviation) | Kl };
    }
}

/// <summary>The same without dropout.</summary>
[Coupling]
public sealed partial record VariationalNoiseWithoutDropout
{
    [Block<SmallEncoderWithoutDropout>]
    public partial Layer Encode { get; }

    [KlToStandardNormal(weight: 10)]
    public partial Layer Kl { get; }

    private Pair Couple(Value data, Value noise)
    {
        var (mean, deviation) = data | Encode;
        return new Pair(data, mean + deviation * noise) { Regularization = (mean, deviation) | Kl };
    }
}

/// <summary>W3: W2 with VCT's encoder.</summary>
[Experiment, Coupling<VariationalNoise>, ClipGradNorm(200)]
public partial record VariationalSteps : UNetSteps;

/// <summary>W3's loss to compare.</summary>
[Experiment, Model<SmallUNetWithoutDropout>, Coupling<VariationalNoiseWithoutDropout>]
public sealed partial record VariationalCheck : VariationalSteps;

/// <summary>iCT's grid (Song and Dhariwal 2023).</summary>
[TimeSchedule(min: 0.002, max: 80), LogNormal(mean: -1.1, std: 2.0)]
public sealed partial record IctSchedule : ITimeSchedule
{
    public static double Alpha(double t) => 1;

    public static double Sigma(double t) => t;

    public static double Discretization(double u) => Pow(Pow(0.002, 1 / 7.0) + u * (Pow(80, 1 / 7.0) - Pow(0.002, 1 / 7.0)), 7);

    public static int Intervals(int step, int steps) => Min(10 << (step / (steps / 8)), 1280);
}

/// <summary>GC: half of the data are what the averaged model makes of the lower noisy point (Issenhuth et al. 2025).</summary>
[Coupling]
public sealed partial record GeneratorInduced
{
    [Model(Weights.Ema)]
    public partial Layer Generate { get; }

    [Bernoulli(0.5)]
    public partial Layer Mix { get; }

    private Pair Couple(Value data, Value noise, CM.Dsl.TimePair times) =>
        new(Mix.Select((data + times.R * noise, times.R) | Generate, data), noise);
}

/// <summary>W4: iCT with GC.</summary>
[Experiment(Steps = 100_000), Coupling<GeneratorInduced>, Schedule<IctSchedule>, PseudoHuber(0.02993)]
public partial record InducedSteps : UNetSteps;

/// <summary>W4's loss to compare.</summary>
[Experiment, Model<SmallUNetWithoutDropout>]
public sealed partial record InducedCheck : InducedSteps;

/// <summary>TCM's second stage (Lee et al. 2025).</summary>
[TimeSchedule(min: 1, max: 80, Preconditioning = Preconditioning.Edm), LogStudentT(mean: 0, scale: 0.2, degreesOfFreedom: 0.01)]
public sealed partial record TruncatedSchedule : ITimeSchedule
{
    public static double Alpha(double t) => 1;

    public static double Sigma(double t) => t;

    public static double TeacherTime(double t, int stage) => t - t * 0.001 * (1 + 8 / (1 + Exp(t)));
}

/// <summary>W5: the second stage after W2.</summary>
[Experiment, InitFrom<UNetSteps>, Truncated(BoundaryFraction = 0.25, BoundaryWeight = 0.1), Schedule<TruncatedSchedule>, RAdam(5e-5), PseudoHuber(1e-8)]
public sealed partial record TruncatedSteps : UNetSteps;

/// <summary>W5's loss to compare.</summary>
[Experiment, InitFrom<UNetCheck>, Truncated(BoundaryFraction = 0.25, BoundaryWeight = 0.1), Schedule<TruncatedSchedule>, RAdam(5e-5), PseudoHuber(1e-8)]
public sealed partial record TruncatedCheck : UNetCheck;
