using CM.Dsl;

namespace Moons;

/// <summary>Two moons, denoised.</summary>
[Network]
public sealed partial record MoonsDenoiser : IDenoiser
{
    private const int Width = 128;

    [FourierEmbedding(64, Scale = 1)]
    public partial Layer TimeEmbedding { get; }

    [Linear(64, Width)]
    public partial Layer Level { get; }

    [Linear(2, Width)]
    public partial Layer In { get; }

    [Block<Residual>(Width), Repeat(3)]
    public partial Layer Body { get; }

    [Linear(Width, 2)]
    public partial Layer Out { get; }

    [return: Shape("B", 2)]
    private Value Forward([Shape("B", 2)] Value x, [Shape("B")] Value level) =>
        ((x | In) + (level | TimeEmbedding | Level)) | Body | Out;
}

/// <summary>Adds a bent and turned copy of what comes in.</summary>
[Network]
public sealed partial record Residual(int Width)
{
    [Linear(nameof(Width), nameof(Width))]
    public partial Layer Linear1 { get; }

    [return: Shape("B", nameof(Width))]
    private Value Forward([Shape("B", nameof(Width))] Value x) => x + (x | SiLU | Linear1);
}

/// <summary>Mean and standard deviation of the noise that a data point would like.</summary>
[Network]
public sealed partial record MoonsEncoder
{
    private const int Width = 64;

    [Linear(2, Width)]
    public partial Layer In { get; }

    [Block<Residual>(Width), Repeat(2)]
    public partial Layer Body { get; }

    [Linear(Width, 2)]
    public partial Layer Mean { get; }

    [Linear(Width, 2)]
    public partial Layer Raw { get; }

    [return: Shape("B", 2), Shape("B", 2)]
    private Value Forward([Shape("B", 2)] Value x)
    {
        var hidden = x | In | Body;
        return (hidden | Mean, hidden | Raw | Softplus);
    }
}
