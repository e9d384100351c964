using CM.Dsl;

namespace Digits;

/// <summary>A small U-Net for 28×28 grey images: three resolutions, skips, and the noise level added in every block.</summary>
[Network]
public sealed partial record DigitsDenoiser : IDenoiser
{
    private const int C = 16;
    private const int T = 64;

    [Linear(64, T)]
    public partial Layer Level { get; }

    [Conv2d(1, C, 3)]
    public partial Layer Stem { get; }

    [Block<ResidualBlock>(C, C, T)]
    public partial Layer Fine { get; }

    [Conv2d(C, 2 * C, 3, Stride = 2)]
    public partial Layer Down1 { get; }

    [Block<ResidualBlock>(2 * C, 2 * C, T)]
    public partial Layer Middle { get; }

    [Conv2d(2 * C, 4 * C, 3, Stride = 2)]
    public partial Layer Down2 { get; }

    [Block<ResidualBlock>(4 * C, 4 * C, T), Repeat(2)]
    public partial Layer Coarse { get; }

    [Block<ResidualBlock>(6 * C, 2 * C, T)]
    public partial Layer MiddleUp { get; }

    [Block<ResidualBlock>(3 * C, C, T)]
    public partial Layer FineUp { get; }

    [GroupNorm(8, C)]
    public partial Layer Norm1 { get; }

    [Conv2d(C, 1, 3)]
    public partial Layer Head { get; }

    [return: Shape("B", 1, 28, 28)]
    private Value Forward([Shape("B", 1, 28, 28)] Value x, [Shape("B")] Value level)
    {
        var time = level | PositionalEmbedding(64) | Level | SiLU;
        var fine = (x | Stem, time) | Fine;
        var middle = (fine | Down1, time) | Middle;
        var coarse = (middle | Down2, time) | Coarse;
        var middleUp = (Value.Cat(coarse | Upsample(2), middle), time) | MiddleUp;
        var fineUp = (Value.Cat(middleUp | Upsample(2), fine), time) | FineUp;
        return fineUp | Norm1 | SiLU | Head;
    }
}

/// <summary>Two convolutions with the noise level added between them, and a shortcut.</summary>
[Network]
public sealed partial record ResidualBlock(int In, int Out, int Time)
{
    [GroupNorm(8, nameof(In))]
    public partial Layer Norm1 { get; }

    [Conv2d(nameof(In), nameof(Out), 3)]
    public partial Layer Conv1 { get; }

    [Linear(nameof(Time), nameof(Out))]
    public partial Layer Level { get; }

    [GroupNorm(8, nameof(Out))]
    public partial Layer Norm2 { get; }

    [Conv2d(nameof(Out), nameof(Out), 3)]
    public partial Layer Conv2 { get; }

    [Conv2d(nameof(In), nameof(Out), 1)]
    public partial Layer Short { get; }

    [return: Shape("B", nameof(Out), "H", "W")]
    private Value Forward([Shape("B", nameof(In), "H", "W")] Value x, [Shape("B", nameof(Time))] Value time)
    {
        var turned = (x | Norm1 | SiLU | Conv1) + (time | Level);
        return (turned | Norm2 | SiLU | Conv2) + (x | Short);
    }
}

/// <summary>A small DDPM++ that is told which digit to draw.</summary>
[Network]
public sealed partial record ClassDenoiser : IDenoiser
{
    [DdpmPlusPlus(28, 1, 16, LabelDim = 10, ChannelMult = [1, 2, 2], NumBlocks = [1], AttnResolutions = [])]
    public partial Layer Model { get; }

    [return: Shape("B", 1, 28, 28)]
    private Value Forward([Shape("B", 1, 28, 28)] Value x, [Shape("B")] Value level, [Shape("B", 10)] Value labels) => (x, level, labels) | Model;
}

/// <summary>A U-Net that works on a quarter of the pixels, four to a place: small enough to train many on two cores.</summary>
[Network]
public sealed partial record CompactDenoiser : IDenoiser
{
    private const int C = 24;
    private const int T = 64;

    [Linear(64, T)]
    public partial Layer Level { get; }

    [Conv2d(4, C, 3)]
    public partial Layer Stem { get; }

    [Block<ResidualBlock>(C, C, T)]
    public partial Layer Fine { get; }

    [Conv2d(C, 2 * C, 3, Stride = 2)]
    public partial Layer Down1 { get; }

    [Block<ResidualBlock>(2 * C, 2 * C, T), Repeat(2)]
    public partial Layer Coarse { get; }

    [Block<ResidualBlock>(3 * C, C, T)]
    public partial Layer FineUp { get; }

    [GroupNorm(8, C)]
    public partial Layer Norm1 { get; }

    [Conv2d(C, 4, 3)]
    public partial Layer Head { get; }

    [return: Shape("B", 1, 28, 28)]
    private Value Forward([Shape("B", 1, 28, 28)] Value x, [Shape("B")] Value level)
    {
        var time = level | PositionalEmbedding(64) | Level | SiLU;
        var fine = (x | PixelUnshuffle(2) | Stem, time) | Fine;
        var coarse = (fine | Down1, time) | Coarse;
        var up = (Value.Cat(coarse | Upsample(2), fine), time) | FineUp;
        return up | Norm1 | SiLU | Head | PixelShuffle(2);
    }
}

/// <summary>Mean and standard deviation of the noise that a digit would like.</summary>
[Network]
public sealed partial record DigitsEncoder
{
    private const int C = 24;

    [Conv2d(4, C, 3)]
    public partial Layer Look { get; }

    [Conv2d(C, C, 3)]
    public partial Layer LookAgain { get; }

    [Conv2d(C, 4, 3)]
    public partial Layer Mean { get; }

    [Conv2d(C, 4, 3)]
    public partial Layer Raw { get; }

    [return: Shape("B", 1, 28, 28), Shape("B", 1, 28, 28)]
    private Value Forward([Shape("B", 1, 28, 28)] Value x)
    {
        var seen = x | PixelUnshuffle(2) | Look | SiLU | LookAgain | SiLU;
        return (seen | Mean | PixelShuffle(2), seen | Raw | PixelShuffle(2) | Softplus);
    }
}

/// <summary>Tells digits apart; what it sees just before it decides is what samples are judged by.</summary>
[Network, Classifier<Mnist, MnistTest>(Steps = 1_000, Batch = 64, LearningRate = 2e-3)]
public sealed partial record DigitsClassifier : IClassifier
{
    private const int C = 16;
    private const int Width = 64;

    [Conv2d(1, C, 3, Stride = 2)]
    public partial Layer Look { get; }

    [Conv2d(C, 2 * C, 3, Stride = 2)]
    public partial Layer LookCloser { get; }

    [Conv2d(2 * C, 2 * C, 3, Stride = 2)]
    public partial Layer LookClosest { get; }

    [Linear(2 * C * 4 * 4, Width)]
    public partial Layer Gather { get; }

    [Linear(Width, 10)]
    public partial Layer Decide { get; }

    [return: Shape("B", Width), Shape("B", 10)]
    private Value Forward([Shape("B", 1, 28, 28)] Value image)
    {
        var features = image | Look | SiLU | LookCloser | SiLU | LookClosest | SiLU | Flatten | Gather | SiLU;
        return (features, features | Decide);
    }
}
