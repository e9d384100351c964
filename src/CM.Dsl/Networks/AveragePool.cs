namespace CM.Dsl;

/// <summary>Averages squares of pixels: <c>[B, C, H, W] → [B, C, ⌊H/factor⌋, ⌊W/factor⌋]</c>.</summary>
/// <param name="factor">Side of the squares and the step between them, 2 or more.</param>
public sealed class AveragePoolAttribute(int factor) : LayerAttribute
{
    /// <summary>Side of the squares.</summary>
    public int Factor { get; } = factor;
}
