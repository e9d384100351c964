using CM.Dsl;

namespace Gallery;

/// <summary>DDPM++ for CIFAR-10, as in EDM, ECT and TCM (Karras et al. 2022).</summary>
[Network]
public sealed partial record Cifar10Denoiser : IDenoiser
{
    [DdpmPlusPlus(32, 3, 128, Multipliers = [2, 2, 2], Dropout = [0.2])]
    public partial Part Model { get; }

    [return: Shape("B", 3, 32, 32)]
    private Flow Forward([Shape("B", 3, 32, 32)] Flow x, [Shape("B")] Flow level) => (x, level) | Model;
}

/// <summary>The same with the dropout of iCT (Song and Dhariwal 2023).</summary>
[Network]
public sealed partial record Cifar10ImprovedDenoiser : IDenoiser
{
    [DdpmPlusPlus(32, 3, 128, Multipliers = [2, 2, 2], Dropout = [0.3])]
    public partial Part Model { get; }

    [return: Shape("B", 3, 32, 32)]
    private Flow Forward([Shape("B", 3, 32, 32)] Flow x, [Shape("B")] Flow level) => (x, level) | Model;
}

/// <summary>EDM2 in its smallest size for ImageNet-64 (Karras et al. 2024).</summary>
[Network]
public sealed partial record ImageNetSmallDiffuser : IDenoiser
{
    [Edm2(64, 3, 192, Labels = 1000)]
    public partial Part Model { get; }

    [return: Shape("B", 3, 64, 64)]
    private Flow Forward([Shape("B", 3, 64, 64)] Flow x, [Shape("B")] Flow level, [Shape("B", 1000)] Flow labels) => (x, level, labels) | Model;
}

/// <summary>The same with dropout at 16 pixels and below.</summary>
[Network]
public sealed partial record ImageNetSmallDenoiser : IDenoiser
{
    [Edm2(64, 3, 192, Labels = 1000, Dropout = [0, 0, 0.4, 0.4])]
    public partial Part Model { get; }

    [return: Shape("B", 3, 64, 64)]
    private Flow Forward([Shape("B", 3, 64, 64)] Flow x, [Shape("B")] Flow level, [Shape("B", 1000)] Flow labels) => (x, level, labels) | Model;
}

/// <summary>EDM2 in its largest size for ImageNet-64.</summary>
[Network]
public sealed partial record ImageNetLargestDenoiser : IDenoiser
{
    [Edm2(64, 3, 384, Labels = 1000, Dropout = [0, 0, 0.5, 0.5])]
    public partial Part Model { get; }

    [return: Shape("B", 3, 64, 64)]
    private Flow Forward([Shape("B", 3, 64, 64)] Flow x, [Shape("B")] Flow level, [Shape("B", 1000)] Flow labels) => (x, level, labels) | Model;
}
