using CM.Dsl;

namespace FirstModel;

/// <summary>Points in the plane, denoised.</summary>
[Network]
public sealed partial record Denoiser : IDenoiser
{
    private const int Width = 128;

    [Fourier(64, Scale = 1)]
    public partial Part Wave { get; }

    [Linear(64, Width)]
    public partial Part Level { get; }

    [Linear(2, Width)]
    public partial Part In { get; }

    [Linear(Width, Width)]
    public partial Part Turn { get; }

    [Linear(Width, 2)]
    public partial Part Out { get; }

    [return: Shape("B", 2)]
    private Flow Forward([Shape("B", 2)] Flow x, [Shape("B")] Flow level)
    {
        var hidden = (x | In) + (level | Wave | Level);
        return hidden + (hidden | SiLU | Turn) | SiLU | Out;
    }
}
