namespace CM.Dsl;

/// <summary>
/// Divides every pixel by 1e-4 + the root mean square of its channels, <c>[B, C, …]</c> stays (EDM2's <c>normalize(x, dim=1)</c>, Karras et al. 2024).
/// </summary>
public sealed class PixelNormAttribute : LayerAttribute;
