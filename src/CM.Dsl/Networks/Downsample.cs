namespace CM.Dsl;

/// <summary>Keeps every <c>factor</c>-th pixel of every <c>factor</c>-th row: <c>[B, C, H, W] → [B, C, ⌈H/factor⌉, ⌈W/factor⌉]</c>.</summary>
/// <param name="factor">2 or more.</param>
public sealed class DownsampleAttribute(int factor) : LayerAttribute
{
    /// <summary>How many times smaller.</summary>
    public int Factor { get; } = factor;
}
