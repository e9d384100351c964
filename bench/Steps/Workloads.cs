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
    private Flow Forward([Shape("B", 2)] Flow x, [Shape("B")] Flow level) => Flow.Cat(x | In | Bend, level | Wave) | First | Bend | Second | Bend | Out;
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
public sealed partial record ToySteps;

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
