using CM.Dsl;

namespace Gallery;

/// <summary>DDPM++ for CIFAR-10, as in EDM, ECT and TCM (Karras et al. 2022).</summary>
[Network]
public sealed partial record Cifar10Denoiser : IDenoiser
{
    [DdpmPlusPlus(32, 3, 128, ChannelMult = [2, 2, 2], Dropout = [0.2])]
    public partial Layer Model { get; }

    [return: Shape("B", 3, 32, 32)]
    private Value Forward([Shape("B", 3, 32, 32)] Value x, [Shape("B")] Value level) => (x, level) | Model;
}

/// <summary>The same with the dropout of iCT (Song and Dhariwal 2023).</summary>
[Network]
public sealed partial record Cifar10ImprovedDenoiser : IDenoiser
{
    [DdpmPlusPlus(32, 3, 128, ChannelMult = [2, 2, 2], Dropout = [0.3])]
    public partial Layer Model { get; }

    [return: Shape("B", 3, 32, 32)]
    private Value Forward([Shape("B", 3, 32, 32)] Value x, [Shape("B")] Value level) => (x, level) | Model;
}

/// <summary>EDM2 in its smallest size for ImageNet-64 (Karras et al. 2024).</summary>
[Network]
public sealed partial record ImageNetSmallDiffuser : IDenoiser
{
    [Edm2(64, 3, 192, LabelDim = 1000)]
    public partial Layer Model { get; }

    [return: Shape("B", 3, 64, 64)]
    private Value Forward([Shape("B", 3, 64, 64)] Value x, [Shape("B")] Value level, [Shape("B", 1000)] Value labels) => (x, level, labels) | Model;
}

/// <summary>The same with dropout at 16 pixels and below.</summary>
[Network]
public sealed partial record ImageNetSmallDenoiser : IDenoiser
{
    [Edm2(64, 3, 192, LabelDim = 1000, Dropout = [0, 0, 0.4, 0.4])]
    public partial Layer Model { get; }

    [return: Shape("B", 3, 64, 64)]
    private Value Forward([Shape("B", 3, 64, 64)] Value x, [Shape("B")] Value level, [Shape("B", 1000)] Value labels) => (x, level, labels) | Model;
}

/// <summary>EDM2 in its largest size for ImageNet-64.</summary>
[Network]
public sealed partial record ImageNetLargestDenoiser : IDenoiser
{
    [Edm2(64, 3, 384, LabelDim = 1000, Dropout = [0, 0, 0.5, 0.5])]
    public partial Layer Model { get; }

    [return: Shape("B", 3, 64, 64)]
    private Value Forward([Shape("B", 3, 64, 64)] Value x, [Shape("B")] Value level, [Shape("B", 1000)] Value labels) => (x, level, labels) | Model;
}
