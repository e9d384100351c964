namespace CM.Dsl;

/// <summary>The mean of each channel over its height and width, <c>[B, C, H, W] → [B, C]</c>.</summary>
public sealed class GlobalAveragePoolAttribute : LayerAttribute;
