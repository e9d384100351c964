namespace CM.Dsl;

/// <summary>Repeats every pixel: <c>[B, C, H, W] → [B, C, factor·H, factor·W]</c>, nearest neighbour.</summary>
/// <param name="factor">2 or more.</param>
public sealed class UpsampleAttribute(int factor) : LayerAttribute
{
    /// <summary>How many times larger.</summary>
    public int Factor { get; } = factor;
}
