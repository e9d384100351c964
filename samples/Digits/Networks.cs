using CM.Dsl;

namespace Digits;

/// <summary>A small U-Net for 28×28 grey images: three resolutions, skips, and the noise level added in every block.</summary>
[Network]
public sealed partial record DigitsDenoiser : IDenoiser
{
    private const int C = 16;
    private const int T = 64;

    [Linear(64, T)]
    public partial Part Level { get; }

    [Conv2d(1, C, 3)]
    public partial Part Stem { get; }

    [Block<ResidualBlock>(C, C, T)]
    public partial Part Fine { get; }

    [Conv2d(C, 2 * C, 3, Stride = 2)]
    public partial Part Shrink { get; }

    [Block<ResidualBlock>(2 * C, 2 * C, T)]
    public partial Part Middle { get; }

    [Conv2d(2 * C, 4 * C, 3, Stride = 2)]
    public partial Part ShrinkAgain { get; }

    [Block<ResidualBlock>(4 * C, 4 * C, T), Repeat(2)]
    public partial Part Coarse { get; }

    [Block<ResidualBlock>(6 * C, 2 * C, T)]
    public partial Part MiddleUp { get; }

    [Block<ResidualBlock>(3 * C, C, T)]
    public partial Part FineUp { get; }

    [GroupNorm(8, C)]
    public partial Part Calm { get; }

    [Conv2d(C, 1, 3)]
    public partial Part Head { get; }

    [return: Shape("B", 1, 28, 28)]
    private Flow Forward([Shape("B", 1, 28, 28)] Flow x, [Shape("B")] Flow level)
    {
        var time = level | PositionalEmbedding(64) | Level | SiLU;
        var fine = (x | Stem, time) | Fine;
        var middle = (fine | Shrink, time) | Middle;
        var coarse = (middle | ShrinkAgain, time) | Coarse;
        var middleUp = (Flow.Cat(coarse | Upsample(2), middle), time) | MiddleUp;
        var fineUp = (Flow.Cat(middleUp | Upsample(2), fine), time) | FineUp;
        return fineUp | Calm | SiLU | Head;
    }
}

/// <summary>Two convolutions with the noise level added between them, and a shortcut.</summary>
[Network]
public sealed partial record ResidualBlock(int In, int Out, int Time)
{
    [GroupNorm(8, nameof(In))]
    public partial Part CalmIn { get; }

    [Conv2d(nameof(In), nameof(Out), 3)]
    public partial Part Turn { get; }

    [Linear(nameof(Time), nameof(Out))]
    public partial Part Level { get; }

    [GroupNorm(8, nameof(Out))]
    public partial Part CalmOut { get; }

    [Conv2d(nameof(Out), nameof(Out), 3)]
    public partial Part TurnAgain { get; }

    [Conv2d(nameof(In), nameof(Out), 1)]
    public partial Part Short { get; }

    [return: Shape("B", nameof(Out), "H", "W")]
    private Flow Forward([Shape("B", nameof(In), "H", "W")] Flow x, [Shape("B", nameof(Time))] Flow time)
    {
        var turned = (x | CalmIn | SiLU | Turn) + (time | Level);
        return (turned | CalmOut | SiLU | TurnAgain) + (x | Short);
    }
}

/// <summary>A small DDPM++ that is told which digit to draw.</summary>
[Network]
public sealed partial record ClassDenoiser : IDenoiser
{
    [DdpmPlusPlus(28, 1, 16, Labels = 10, Multipliers = [1, 2, 2], Blocks = [1], Attention = [])]
    public partial Part Model { get; }

    [return: Shape("B", 1, 28, 28)]
    private Flow Forward([Shape("B", 1, 28, 28)] Flow x, [Shape("B")] Flow level, [Shape("B", 10)] Flow labels) => (x, level, labels) | Model;
}

/// <summary>A U-Net that works on a quarter of the pixels, four to a place: small enough to train many on two cores.</summary>
[Network]
public sealed partial record CompactDenoiser : IDenoiser
{
    private const int C = 24;
    private const int T = 64;

    [Linear(64, T)]
    public partial Part Level { get; }

    [Conv2d(4, C, 3)]
    public partial Part Stem { get; }

    [Block<ResidualBlock>(C, C, T)]
    public partial Part Fine { get; }

    [Conv2d(C, 2 * C, 3, Stride = 2)]
    public partial Part Shrink { get; }

    [Block<ResidualBlock>(2 * C, 2 * C, T), Repeat(2)]
    public partial Part Coarse { get; }

    [Block<ResidualBlock>(3 * C, C, T)]
    public partial Part FineUp { get; }

    [GroupNorm(8, C)]
    public partial Part Calm { get; }

    [Conv2d(C, 4, 3)]
    public partial Part Head { get; }

    [return: Shape("B", 1, 28, 28)]
    private Flow Forward([Shape("B", 1, 28, 28)] Flow x, [Shape("B")] Flow level)
    {
        var time = level | PositionalEmbedding(64) | Level | SiLU;
        var fine = (x | PixelUnshuffle(2) | Stem, time) | Fine;
        var coarse = (fine | Shrink, time) | Coarse;
        var up = (Flow.Cat(coarse | Upsample(2), fine), time) | FineUp;
        return up | Calm | SiLU | Head | PixelShuffle(2);
    }
}

/// <summary>Mean and deviation of the noise that a digit would like.</summary>
[Network]
public sealed partial record DigitsEncoder
{
    private const int C = 24;

    [Conv2d(4, C, 3)]
    public partial Part Look { get; }

    [Conv2d(C, C, 3)]
    public partial Part LookAgain { get; }

    [Conv2d(C, 4, 3)]
    public partial Part Mean { get; }

    [Conv2d(C, 4, 3)]
    public partial Part Raw { get; }

    [return: Shape("B", 1, 28, 28), Shape("B", 1, 28, 28)]
    private Flow Forward([Shape("B", 1, 28, 28)] Flow x)
    {
        var seen = x | PixelUnshuffle(2) | Look | SiLU | LookAgain | SiLU;
        return (seen | Mean | PixelShuffle(2), seen | Raw | PixelShuffle(2) | Softplus);
    }
}

/// <summary>Tells digits apart; what it sees just before it decides is what samples are judged by.</summary>
[Network, Classifier<Mnist, MnistTest>(Steps = 1_000, Batch = 64, Rate = 2e-3)]
public sealed partial record DigitsClassifier : IClassifier
{
    private const int C = 16;
    private const int Width = 64;

    [Conv2d(1, C, 3, Stride = 2)]
    public partial Part Look { get; }

    [Conv2d(C, 2 * C, 3, Stride = 2)]
    public partial Part LookCloser { get; }

    [Conv2d(2 * C, 2 * C, 3, Stride = 2)]
    public partial Part LookClosest { get; }

    [Linear(2 * C * 4 * 4, Width)]
    public partial Part Gather { get; }

    [Linear(Width, 10)]
    public partial Part Decide { get; }

    [return: Shape("B", Width), Shape("B", 10)]
    private Flow Forward([Shape("B", 1, 28, 28)] Flow image)
    {
        var features = image | Look | SiLU | LookCloser | SiLU | LookClosest | SiLU | Flatten | Gather | SiLU;
        return (features, features | Decide);
    }
}
