using CM.Dsl;
using static System.Math;

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
[TimeSchedule(from: 0.003, to: 80, Preconditioning = Preconditioning.Plain), LogNormal(mean: -1.1, deviation: 2.0)]
public sealed partial record FirstStage : ITimeSchedule
{
    public static double Signal(double t) => 1;

    public static double Noise(double t) => t;

    public static double Earlier(double t, int stage) => Max(0, t - t * 0.5 * (1 + 8 / (1 + Exp(t))));
}

/// <summary>VCT's toy network with SiLU: 198,402 parameters.</summary>
[Network]
public sealed partial record Toy : IDenoiser
{
    [Linear(2, 256)]
    public partial Part In { get; }

    [Positional(256)]
    public partial Part Wave { get; }

    [Activate(Act.SiLU)]
    public partial Part Bend { get; }

    [Linear(512, 256)]
    public partial Part First { get; }

    [Linear(256, 256)]
    public partial Part Second { get; }

    [Linear(256, 2)]
    public partial Part Out { get; }

    [return: Shape("B", 2)]
    private Flow Forward([Shape("B", 2)] Flow x, [Shape("B")] Flow level) =>
        Flow.Cat(x | In | Bend, level | Wave) | First | Bend | Second | Bend | Out;
}

/// <summary>DDPM++ of 32 channels: 1,754,147 parameters.</summary>
[Network]
public sealed partial record SmallUNet : IDenoiser
{
    [DdpmPlusPlus(32, 3, 32, Multipliers = [1, 2, 2], Blocks = [2], Attention = [16], Dropout = [0.2])]
    public partial Part Model { get; }

    [return: Shape("B", 3, 32, 32)]
    private Flow Forward([Shape("B", 3, 32, 32)] Flow x, [Shape("B")] Flow level) => (x, level) | Model;
}

/// <summary>The same without dropout, whose loss can be compared.</summary>
[Network]
public sealed partial record SmallUNetWithoutDropout : IDenoiser
{
    [DdpmPlusPlus(32, 3, 32, Multipliers = [1, 2, 2], Blocks = [2], Attention = [16])]
    public partial Part Model { get; }

    [return: Shape("B", 3, 32, 32)]
    private Flow Forward([Shape("B", 3, 32, 32)] Flow x, [Shape("B")] Flow level) => (x, level) | Model;
}

/// <summary>W1: ECT on points.</summary>
[Experiment(Steps = 1_000_000, Batch = 256, Seed = 1)]
[Data<TwoMoons>]
[Model<Toy>]
[Coupling<Independent>]
[Times<FirstStage>]
[PseudoHuber(0)]
[RAdam(1e-4), Ema(0.9999)]
[Sample(80)]
public partial record ToySteps;

/// <summary>W2: ECT on images.</summary>
[Experiment(Steps = 1_000_000, Batch = 16, Seed = 1)]
[Data<RandomImages>]
[Model<SmallUNet>]
[Coupling<Independent>]
[Times<FirstStage>]
[PseudoHuber(0)]
[RAdam(1e-4), Ema(0.9999)]
[Sample(80)]
public partial record UNetSteps;

/// <summary>W2's loss to compare, and W6 in one step.</summary>
[Experiment, Model<SmallUNetWithoutDropout>]
public partial record UNetCheck : UNetSteps;

/// <summary>W6 in two steps.</summary>
[Experiment, Sample(80, 0.821)]
public sealed partial record UNetTwoSteps : UNetCheck;

/// <summary>VCT's encoder of its toy: 198,916 parameters.</summary>
[Network]
public sealed partial record ToyEncoder
{
    [Scale(2)]
    public partial Part Spread { get; }

    [Linear(2, 256)]
    public partial Part In { get; }

    [Zeros]
    public partial Part NoLevel { get; }

    [Positional(256)]
    public partial Part Wave { get; }

    [Activate(Act.SiLU)]
    public partial Part Bend { get; }

    [Linear(512, 256)]
    public partial Part First { get; }

    [Linear(256, 256)]
    public partial Part Second { get; }

    [Linear(256, 4)]
    public partial Part Out { get; }

    [Channels(0, 2)]
    public partial Part Mean { get; }

    [Channels(2, 2)]
    public partial Part Rest { get; }

    [Activate(Act.Softplus)]
    public partial Part Above0 { get; }

    [return: Shape("B", 2)]
    [return: Shape("B", 2)]
    private (Flow, Flow) Forward([Shape("B", 2)] Flow x)
    {
        var both = Flow.Cat(x | Spread | In | Bend, x | NoLevel | Wave) | First | Bend | Second | Bend | Out;
        return (both | Mean, both | Rest | Above0);
    }
}

/// <summary>VCT's coupling of its toy.</summary>
[Coupling]
public sealed partial record ToyVariationalNoise
{
    [Block<ToyEncoder>]
    public partial Part Encode { get; }

    [KlToStandardNormal(weight: 10)]
    public partial Part Kl { get; }

    private Pair Couple(Flow data, Flow noise)
    {
        var (mean, deviation) = data | Encode;
        return new Pair(data, mean + deviation * noise) { Penalty = (mean, deviation) | Kl };
    }
}

/// <summary>W1-VCT: W1 with VCT's encoder, 397,318 parameters in all.</summary>
[Experiment, Coupling<ToyVariationalNoise>, ClipNorm(200)]
public sealed partial record ToyVariationalSteps : ToySteps;

/// <summary>VCT's posterior: half of what the encoder's network gives is the mean, the softplus of the rest the deviation.</summary>
[Network]
public sealed partial record Posterior
{
    [Channels(0, 3)]
    public partial Part Mean { get; }

    [Channels(3, 3)]
    public partial Part Rest { get; }

    [Activate(Act.Softplus)]
    public partial Part Above0 { get; }

    [return: Shape("B", 3, "H", "W")]
    [return: Shape("B", 3, "H", "W")]
    private (Flow, Flow) Forward([Shape("B", 6, "H", "W")] Flow x) => (x | Mean, x | Rest | Above0);
}

/// <summary>VCT's encoder: 1,261,414 parameters.</summary>
[Network]
public sealed partial record SmallEncoder
{
    [Scale(2)]
    public partial Part Spread { get; }

    [Zeros]
    public partial Part NoLevel { get; }

    [DdpmPlusPlus(32, 3, 32, OutChannels = 6, Multipliers = [1, 2, 2], Blocks = [1], Attention = [16], Dropout = [0.2])]
    public partial Part Model { get; }

    [Block<Posterior>]
    public partial Part Split { get; }

    [return: Shape("B", 3, 32, 32)]
    [return: Shape("B", 3, 32, 32)]
    private (Flow, Flow) Forward([Shape("B", 3, 32, 32)] Flow x)
    {
        var (mean, deviation) = (x | Spread, x | NoLevel) | Model | Split;
        return (mean, deviation);
    }
}

/// <summary>The same without dropout.</summary>
[Network]
public sealed partial record SmallEncoderWithoutDropout
{
    [Scale(2)]
    public partial Part Spread { get; }

    [Zeros]
    public partial Part NoLevel { get; }

    [DdpmPlusPlus(32, 3, 32, OutChannels = 6, Multipliers = [1, 2, 2], Blocks = [1], Attention = [16])]
    public partial Part Model { get; }

    [Block<Posterior>]
    public partial Part Split { get; }

    [return: Shape("B", 3, 32, 32)]
    [return: Shape("B", 3, 32, 32)]
    private (Flow, Flow) Forward([Shape("B", 3, 32, 32)] Flow x)
    {
        var (mean, deviation) = (x | Spread, x | NoLevel) | Model | Split;
        return (mean, deviation);
    }
}

/// <summary>VCT's coupling.</summary>
[Coupling]
public sealed partial record VariationalNoise
{
    [Block<SmallEncoder>]
    public partial Part Encode { get; }

    [KlToStandardNormal(weight: 10)]
    public partial Part Kl { get; }

    private Pair Couple(Flow data, Flow noise)
    {
        var (mean, deviation) = data | Encode;
        return new Pair(data, mean + deviation * noise) { Penalty = (mean, deviation) | Kl };
    }
}

/// <summary>The same without dropout.</summary>
[Coupling]
public sealed partial record VariationalNoiseWithoutDropout
{
    [Block<SmallEncoderWithoutDropout>]
    public partial Part Encode { get; }

    [KlToStandardNormal(weight: 10)]
    public partial Part Kl { get; }

    private Pair Couple(Flow data, Flow noise)
    {
        var (mean, deviation) = data | Encode;
        return new Pair(data, mean + deviation * noise) { Penalty = (mean, deviation) | Kl };
    }
}

/// <summary>W3: W2 with VCT's encoder.</summary>
[Experiment, Coupling<VariationalNoise>, ClipNorm(200)]
public partial record VariationalSteps : UNetSteps;

/// <summary>W3's loss to compare.</summary>
[Experiment, Model<SmallUNetWithoutDropout>, Coupling<VariationalNoiseWithoutDropout>]
public sealed partial record VariationalCheck : VariationalSteps;

/// <summary>iCT's grid (Song and Dhariwal 2023).</summary>
[TimeSchedule(from: 0.002, to: 80), LogNormal(mean: -1.1, deviation: 2.0)]
public sealed partial record ImprovedTimes : ITimeSchedule
{
    public static double Signal(double t) => 1;

    public static double Noise(double t) => t;

    public static double Grid(double u) => Pow(Pow(0.002, 1 / 7.0) + u * (Pow(80, 1 / 7.0) - Pow(0.002, 1 / 7.0)), 7);

    public static int Cuts(int step, int steps) => Min(10 << (step / (steps / 8)), 1280);
}

/// <summary>GC: half of the data are what the averaged model makes of the lower noisy point (Issenhuth et al. 2025).</summary>
[Coupling]
public sealed partial record GeneratorInduced
{
    [Model(Weights.Ema)]
    public partial Part Generate { get; }

    [Coin(0.5)]
    public partial Part Mix { get; }

    private Pair Couple(Flow data, Flow noise, CM.Dsl.Times times) =>
        new(Mix.Choose((data + times.Earlier * noise, times.Earlier) | Generate, data), noise);
}

/// <summary>W4: iCT with GC.</summary>
[Experiment(Steps = 100_000), Coupling<GeneratorInduced>, Times<ImprovedTimes>, PseudoHuber(0.02993)]
public partial record InducedSteps : UNetSteps;

/// <summary>W4's loss to compare.</summary>
[Experiment, Model<SmallUNetWithoutDropout>]
public sealed partial record InducedCheck : InducedSteps;

/// <summary>TCM's second stage (Lee et al. 2025).</summary>
[TimeSchedule(from: 1, to: 80, Preconditioning = Preconditioning.Plain), LogStudentT(mean: 0, scale: 0.2, freedom: 0.01)]
public sealed partial record TruncatedTimes : ITimeSchedule
{
    public static double Signal(double t) => 1;

    public static double Noise(double t) => t;

    public static double Earlier(double t, int stage) => t - t * 0.001 * (1 + 8 / (1 + Exp(t)));
}

/// <summary>W5: the second stage after W2.</summary>
[Experiment, StartFrom<UNetSteps>, Truncated(Boundary = 0.25, BoundaryWeight = 0.1), Times<TruncatedTimes>, RAdam(5e-5), PseudoHuber(1e-8)]
public sealed partial record TruncatedSteps : UNetSteps;

/// <summary>W5's loss to compare.</summary>
[Experiment, StartFrom<UNetCheck>, Truncated(Boundary = 0.25, BoundaryWeight = 0.1), Times<TruncatedTimes>, RAdam(5e-5), PseudoHuber(1e-8)]
public sealed partial record TruncatedCheck : UNetCheck;
