namespace CM.Dsl;

/// <summary>Lays channels out as pixels: <c>[B, C·factor², H, W] → [B, C, factor·H, factor·W]</c> (Shi et al. 2016).</summary>
/// <param name="factor">2 or more; its square divides the channels.</param>
public sealed class PixelShuffleAttribute(int factor) : LayerAttribute
{
    /// <summary>How many times larger.</summary>
    public int Factor { get; } = factor;
}

/// <summary>Lays pixels out as channels: <c>[B, C, factor·H, factor·W] → [B, C·factor², H, W]</c>.</summary>
/// <param name="factor">2 or more; divides height and width.</param>
public sealed class PixelUnshuffleAttribute(int factor) : LayerAttribute
{
    /// <summary>How many times smaller.</summary>
    public int Factor { get; } = factor;
}
