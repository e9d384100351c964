using CM.Dsl;

namespace Digits;

/// <summary>A small U-Net for 28×28 grey images: three resolutions, skips, and the noise level added in every block.</summary>
[Network]
public sealed partial record DigitsDenoiser : IDenoiser
{
    private const int C = 16;
    private const int T = 64;

    [Positional(64)]
    public partial Part Wave { get; }

    [Linear(64, T)]
    public partial Part Level { get; }

    [Activate(Act.SiLU)]
    public partial Part LevelBend { get; }

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

    [Upsample(2)]
    public partial Part Grow { get; }

    [Block<ResidualBlock>(6 * C, 2 * C, T)]
    public partial Part MiddleUp { get; }

    [Block<ResidualBlock>(3 * C, C, T)]
    public partial Part FineUp { get; }

    [GroupNorm(8, C)]
    public partial Part Calm { get; }

    [Activate(Act.SiLU)]
    public partial Part Bend { get; }

    [Conv2d(C, 1, 3)]
    public partial Part Head { get; }

    [return: Shape("B", 1, 28, 28)]
    private Flow Forward([Shape("B", 1, 28, 28)] Flow x, [Shape("B")] Flow level)
    {
        var time = level | Wave | Level | LevelBend;
        var fine = (x | Stem, time) | Fine;
        var middle = (fine | Shrink, time) | Middle;
        var coarse = (middle | ShrinkAgain, time) | Coarse;
        var middleUp = (Flow.Cat(coarse | Grow, middle), time) | MiddleUp;
        var fineUp = (Flow.Cat(middleUp | Grow, fine), time) | FineUp;
        return fineUp | Calm | Bend | Head;
    }
}

/// <summary>Two convolutions with the noise level added between them, and a shortcut.</summary>
[Network]
public sealed partial record ResidualBlock(int In, int Out, int Time)
{
    [GroupNorm(8, nameof(In))]
    public partial Part CalmIn { get; }

    [Activate(Act.SiLU)]
    public partial Part Bend { get; }

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
        var turned = (x | CalmIn | Bend | Turn) + (time | Level);
        return (turned | CalmOut | Bend | TurnAgain) + (x | Short);
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

    [Positional(64)]
    public partial Part Wave { get; }

    [Linear(64, T)]
    public partial Part Level { get; }

    [Activate(Act.SiLU)]
    public partial Part Bend { get; }

    [PixelUnshuffle(2)]
    public partial Part Fold { get; }

    [Conv2d(4, C, 3)]
    public partial Part Stem { get; }

    [Block<ResidualBlock>(C, C, T)]
    public partial Part Fine { get; }

    [Conv2d(C, 2 * C, 3, Stride = 2)]
    public partial Part Shrink { get; }

    [Block<ResidualBlock>(2 * C, 2 * C, T), Repeat(2)]
    public partial Part Coarse { get; }

    [Upsample(2)]
    public partial Part Grow { get; }

    [Block<ResidualBlock>(3 * C, C, T)]
    public partial Part FineUp { get; }

    [GroupNorm(8, C)]
    public partial Part Calm { get; }

    [Conv2d(C, 4, 3)]
    public partial Part Head { get; }

    [PixelShuffle(2)]
    public partial Part Unfold { get; }

    [return: Shape("B", 1, 28, 28)]
    private Flow Forward([Shape("B", 1, 28, 28)] Flow x, [Shape("B")] Flow level)
    {
        var time = level | Wave | Level | Bend;
        var fine = (x | Fold | Stem, time) | Fine;
        var coarse = (fine | Shrink, time) | Coarse;
        var up = (Flow.Cat(coarse | Grow, fine), time) | FineUp;
        return up | Calm | Bend | Head | Unfold;
    }
}

/// <summary>Mean and deviation of the noise that a digit would like.</summary>
[Network]
public sealed partial record DigitsEncoder
{
    private const int C = 24;

    [PixelUnshuffle(2)]
    public partial Part Fold { get; }

    [Conv2d(4, C, 3)]
    public partial Part Look { get; }

    [Conv2d(C, C, 3)]
    public partial Part LookAgain { get; }

    [Activate(Act.SiLU)]
    public partial Part Bend { get; }

    [Conv2d(C, 4, 3)]
    public partial Part Mean { get; }

    [Conv2d(C, 4, 3)]
    public partial Part Raw { get; }

    [PixelShuffle(2)]
    public partial Part Unfold { get; }

    [Activate(Act.Softplus)]
    public partial Part Above0 { get; }

    [return: Shape("B", 1, 28, 28), Shape("B", 1, 28, 28)]
    private Flow Forward([Shape("B", 1, 28, 28)] Flow x)
    {
        var seen = x | Fold | Look | Bend | LookAgain | Bend;
        return (seen | Mean | Unfold, seen | Raw | Unfold | Above0);
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

    [Activate(Act.SiLU)]
    public partial Part Bend { get; }

    [Flatten]
    public partial Part Flat { get; }

    [Linear(2 * C * 4 * 4, Width)]
    public partial Part Gather { get; }

    [Linear(Width, 10)]
    public partial Part Decide { get; }

    [return: Shape("B", Width), Shape("B", 10)]
    private Flow Forward([Shape("B", 1, 28, 28)] Flow image)
    {
        var features = image | Look | Bend | LookCloser | Bend | LookClosest | Bend | Flat | Gather | Bend;
        return (features, features | Decide);
    }
}
