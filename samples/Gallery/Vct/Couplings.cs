using CM.Dsl;

namespace Gallery;

/// <summary>
/// The posterior of VCT's encoder: half of what its network gives is the mean, the softplus of the rest the standard deviation.
/// </summary>
[Network]
public sealed partial record Posterior(int Size)
{
    [return: Shape("B", nameof(Size), "H", "W")]
    [return: Shape("B", nameof(Size), "H", "W")]
    private (Value, Value) Forward([Shape("B", "2*Size", "H", "W")] Value x) => (x | SliceChannels(0, Size), x | SliceChannels(Size, Size) | Softplus);
}

/// <summary>VCT's encoder for Fashion-MNIST: a small DDPM++ without a level, which sees the data at standard deviation 1.</summary>
[Network]
public sealed partial record FashionEncoder
{
    [DdpmPlusPlus(28, 1, 32, OutChannels = 2, ChannelMult = [2, 2, 2], NumBlocks = [1], Dropout = [0.3])]
    public partial Layer Model { get; }

    [Block<Posterior>(1)]
    public partial Layer Split { get; }

    [return: Shape("B", 1, 28, 28)]
    [return: Shape("B", 1, 28, 28)]
    private (Value, Value) Forward([Shape("B", 1, 28, 28)] Value x)
    {
        var (mean, deviation) = (x | Scale(2), x | ZerosLike) | Model | Split;
        return (mean, deviation);
    }
}

/// <summary>The same for CIFAR-10.</summary>
[Network]
public sealed partial record Cifar10Encoder
{
    [DdpmPlusPlus(32, 3, 32, OutChannels = 6, ChannelMult = [2, 2, 2], NumBlocks = [1], Dropout = [0.2])]
    public partial Layer Model { get; }

    [Block<Posterior>(3)]
    public partial Layer Split { get; }

    [return: Shape("B", 3, 32, 32)]
    [return: Shape("B", 3, 32, 32)]
    private (Value, Value) Forward([Shape("B", 3, 32, 32)] Value x)
    {
        var (mean, deviation) = (x | Scale(2), x | ZerosLike) | Model | Split;
        return (mean, deviation);
    }
}

/// <summary>The same for faces.</summary>
[Network]
public sealed partial record FfhqEncoder
{
    [DdpmPlusPlus(64, 3, 32, OutChannels = 6, NumBlocks = [1], Dropout = [0.2])]
    public partial Layer Model { get; }

    [Block<Posterior>(3)]
    public partial Layer Split { get; }

    [return: Shape("B", 3, 64, 64)]
    [return: Shape("B", 3, 64, 64)]
    private (Value, Value) Forward([Shape("B", 3, 64, 64)] Value x)
    {
        var (mean, deviation) = (x | Scale(2), x | ZerosLike) | Model | Split;
        return (mean, deviation);
    }
}

/// <summary>Noise from <see cref="FashionEncoder"/>, β = 30.</summary>
[Coupling]
public sealed partial record FashionNoise
{
    [Block<FashionEncoder>]
    public partial Layer Encode { get; }

    [KlToStandardNormal(weight: 30)]
    public partial Layer Kl { get; }

    private Pair Couple(Value data, Value noise)
    {
        var (mean, deviation) = data | Encode;
        return new Pair(data, mean + deviation * noise) { Regularization = (mean, deviation) | Kl };
    }
}

/// <summary>Noise from <see cref="Cifar10Encoder"/>, β = 30 on iCT's grid.</summary>
[Coupling]
public sealed partial record Cifar10ImprovedNoise
{
    [Block<Cifar10Encoder>]
    public partial Layer Encode { get; }

    [KlToStandardNormal(weight: 30)]
    public partial Layer Kl { get; }

    private Pair Couple(Value data, Value noise)
    {
        var (mean, deviation) = data | Encode;
        return new Pair(data, mean + deviation * noise) { Regularization = (mean, deviation) | Kl };
    }
}

/// <summary>Noise from <see cref="Cifar10Encoder"/>, β = 10 with ECT's times.</summary>
[Coupling]
public sealed partial record Cifar10Noise
{
    [Block<Cifar10Encoder>]
    public partial Layer Encode { get; }

    [KlToStandardNormal(weight: 10)]
    public partial Layer Kl { get; }

    private Pair Couple(Value data, Value noise)
    {
        var (mean, deviation) = data | Encode;
        return new Pair(data, mean + deviation * noise) { Regularization = (mean, deviation) | Kl };
    }
}

/// <summary>Noise from <see cref="FfhqEncoder"/>, β = 10.</summary>
[Coupling]
public sealed partial record FfhqNoise
{
    [Block<FfhqEncoder>]
    public partial Layer Encode { get; }

    [KlToStandardNormal(weight: 10)]
    public partial Layer Kl { get; }

    private Pair Couple(Value data, Value noise)
    {
        var (mean, deviation) = data | Encode;
        return new Pair(data, mean + deviation * noise) { Regularization = (mean, deviation) | Kl };
    }
}
