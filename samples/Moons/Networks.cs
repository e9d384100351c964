using CM.Dsl;

namespace Moons;

/// <summary>Two moons, denoised.</summary>
[Network]
public sealed partial record MoonsDenoiser : IDenoiser
{
    private const int Width = 128;

    [Fourier(64, Scale = 1)]
    public partial Part Wave { get; }

    [Linear(64, Width)]
    public partial Part Level { get; }

    [Linear(2, Width)]
    public partial Part In { get; }

    [Block<Residual>(Width), Repeat(3)]
    public partial Part Body { get; }

    [Linear(Width, 2)]
    public partial Part Out { get; }

    [return: Shape("B", 2)]
    private Flow Forward([Shape("B", 2)] Flow x, [Shape("B")] Flow level) =>
        ((x | In) + (level | Wave | Level)) | Body | Out;
}

/// <summary>Adds a bent and turned copy of what comes in.</summary>
[Network]
public sealed partial record Residual(int Width)
{
    [Linear(nameof(Width), nameof(Width))]
    public partial Part Turn { get; }

    [return: Shape("B", nameof(Width))]
    private Flow Forward([Shape("B", nameof(Width))] Flow x) => x + (x | SiLU | Turn);
}

/// <summary>Mean and deviation of the noise that a data point would like.</summary>
[Network]
public sealed partial record MoonsEncoder
{
    private const int Width = 64;

    [Linear(2, Width)]
    public partial Part In { get; }

    [Block<Residual>(Width), Repeat(2)]
    public partial Part Body { get; }

    [Linear(Width, 2)]
    public partial Part Mean { get; }

    [Linear(Width, 2)]
    public partial Part Raw { get; }

    [return: Shape("B", 2), Shape("B", 2)]
    private Flow Forward([Shape("B", 2)] Flow x)
    {
        var hidden = x | In | Body;
        return (hidden | Mean, hidden | Raw | Softplus);
    }
}
