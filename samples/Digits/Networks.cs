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
