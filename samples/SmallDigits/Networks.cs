using CM.Dsl;

namespace SmallDigits;

/// <summary>A U-Net for 8×8 grey images that is told the noise level.</summary>
[Network]
public sealed partial record SmallDenoiser : IDenoiser
{
    private const int T = 64;

    [Linear(T, T)]
    public partial Layer LevelProjection { get; }

    [Block<SmallUNet>]
    public partial Layer UNet { get; }

    [return: Shape("B", 1, 8, 8)]
    private Value Forward([Shape("B", 1, 8, 8)] Value x, [Shape("B")] Value level) =>
        (x, level | PositionalEmbedding(T) | LevelProjection | SiLU) | UNet;
}

/// <summary>The same U-Net, told the noise level and the class.</summary>
[Network]
public sealed partial record ClassDenoiser : IDenoiser
{
    private const int T = 64;

    [Linear(T, T)]
    public partial Layer LevelProjection { get; }

    [ClassEmbedding(10, T)]
    public partial Layer ClassEmbedding { get; }

    [Block<SmallUNet>]
    public partial Layer UNet { get; }

    [return: Shape("B", 1, 8, 8)]
    private Value Forward([Shape("B", 1, 8, 8)] Value x, [Shape("B")] Value level, [Shape("B", 10)] Value labels) =>
        (x, ((level | PositionalEmbedding(T) | LevelProjection) + (labels | ClassEmbedding)) | SiLU) | UNet;
}

/// <summary>Two resolutions, 8×8 and 4×4, and one skip connection; the embedding is added in every block.</summary>
[Network]
public sealed partial record SmallUNet
{
    private const int C = 24;
    private const int T = 64;

    [Conv2d(1, C, 3)]
    public partial Layer Input { get; }

    [Block<ResidualBlock>(C, C, T)]
    public partial Layer Encoder { get; }

    [Conv2d(C, 2 * C, 3, Stride = 2)]
    public partial Layer Down { get; }

    [Block<ResidualBlock>(2 * C, 2 * C, T)]
    public partial Layer Middle { get; }

    [Block<ResidualBlock>(3 * C, C, T)]
    public partial Layer Decoder { get; }

    [GroupNorm(8, C)]
    public partial Layer Norm { get; }

    [Conv2d(C, 1, 3)]
    public partial Layer Output { get; }

    [return: Shape("B", 1, 8, 8)]
    private Value Forward([Shape("B", 1, 8, 8)] Value x, [Shape("B", T)] Value embedding)
    {
        var fine = (x | Input, embedding) | Encoder;
        var coarse = (fine | Down, embedding) | Middle;
        return (Value.Cat(coarse | Upsample(2), fine), embedding) | Decoder | Norm | SiLU | Output;
    }
}

/// <summary>Two convolutions with the embedding added between them, and a shortcut.</summary>
[Network]
public sealed partial record ResidualBlock(int In, int Out, int T)
{
    [GroupNorm(8, nameof(In))]
    public partial Layer Norm1 { get; }

    [Conv2d(nameof(In), nameof(Out), 3)]
    public partial Layer Conv1 { get; }

    [Linear(nameof(T), nameof(Out))]
    public partial Layer EmbeddingProjection { get; }

    [GroupNorm(8, nameof(Out))]
    public partial Layer Norm2 { get; }

    [Conv2d(nameof(Out), nameof(Out), 3)]
    public partial Layer Conv2 { get; }

    [Conv2d(nameof(In), nameof(Out), 1)]
    public partial Layer Shortcut { get; }

    [return: Shape("B", nameof(Out), "H", "W")]
    private Value Forward([Shape("B", nameof(In), "H", "W")] Value x, [Shape("B", nameof(T))] Value embedding)
    {
        var hidden = (x | Norm1 | SiLU | Conv1) + (embedding | EmbeddingProjection);
        return (hidden | Norm2 | SiLU | Conv2) + (x | Shortcut);
    }
}

/// <summary>Mean and standard deviation of the noise for a digit.</summary>
[Network]
public sealed partial record SmallEncoder
{
    private const int C = 24;

    [Conv2d(1, C, 3)]
    public partial Layer Conv1 { get; }

    [Conv2d(C, C, 3)]
    public partial Layer Conv2 { get; }

    [Conv2d(C, 1, 3)]
    public partial Layer Mean { get; }

    [Conv2d(C, 1, 3)]
    public partial Layer Deviation { get; }

    [return: Shape("B", 1, 8, 8), Shape("B", 1, 8, 8)]
    private Value Forward([Shape("B", 1, 8, 8)] Value x)
    {
        var hidden = x | Conv1 | SiLU | Conv2 | SiLU;
        return (hidden | Mean, hidden | Deviation | Softplus);
    }
}

/// <summary>Tells digits apart; its features judge samples.</summary>
[Network, Classifier<OpticalDigits, OpticalDigitsTest>(Steps = 1_000, Batch = 64, LearningRate = 2e-3)]
public sealed partial record SmallDigitsClassifier : IClassifier
{
    private const int C = 16;
    private const int Width = 64;

    [Conv2d(1, C, 3)]
    public partial Layer Conv1 { get; }

    [Conv2d(C, 2 * C, 3, Stride = 2)]
    public partial Layer Conv2 { get; }

    [Linear(2 * C * 4 * 4, Width)]
    public partial Layer Features { get; }

    [Linear(Width, 10)]
    public partial Layer Output { get; }

    [return: Shape("B", Width), Shape("B", 10)]
    private Value Forward([Shape("B", 1, 8, 8)] Value image)
    {
        var features = image | Conv1 | SiLU | Conv2 | SiLU | Flatten | Features | SiLU;
        return (features, features | Output);
    }
}
