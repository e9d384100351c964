using CM.Dsl;

namespace FirstModel;

/// <summary>Points in the plane, denoised.</summary>
[Network]
public sealed partial record Denoiser : IDenoiser
{
    private const int Width = 128;

    [FourierEmbedding(64, Scale = 1)]
    public partial Layer TimeEmbedding { get; }

    [Linear(64, Width)]
    public partial Layer Level { get; }

    [Linear(2, Width)]
    public partial Layer In { get; }

    [Linear(Width, Width)]
    public partial Layer Linear1 { get; }

    [Linear(Width, 2)]
    public partial Layer Out { get; }

    [return: Shape("B", 2)]
    private Value Forward([Shape("B", 2)] Value x, [Shape("B")] Value level)
    {
        var hidden = (x | In) + (level | TimeEmbedding | Level);
        return hidden + (hidden | SiLU | Linear1) | SiLU | Out;
    }
}
