using CM.Dsl;

namespace Gallery;

/// <summary>DDPM++ for CIFAR-10, as in EDM, ECT, TCM and VCT.</summary>
[Network]
public sealed partial record Cifar10Denoiser : IDenoiser
{
    [DdpmPlusPlus(32, 3, 128, Multipliers = [2, 2, 2], Dropout = [0.2])]
    public partial Part Model { get; }

    [return: Shape("B", 3, 32, 32)]
    private Flow Forward([Shape("B", 3, 32, 32)] Flow x, [Shape("B")] Flow level) => (x, level) | Model;
}
