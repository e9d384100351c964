namespace CM.Dsl;

/// <summary>
/// Doubles an image with a filter: zeros go between the pixels, then every channel is convolved with 4·f⊗f/(Σf)².
/// <c>[B, C, H, W] → [B, C, H', W']</c> with <c>H' = 2·H − 2 − 2·Padding + taps</c>, which is 2·H for an even number of taps.
/// <c>[FirUpsample(1, 1)]</c> is nearest neighbour, <c>[FirUpsample(1, 3, 3, 1)]</c> that of NCSN++ (Karras et al. 2020; EDM's <c>Conv2d(up=True)</c>).
/// </summary>
/// <param name="taps">The filter f along one axis; the sum is not 0.</param>
public sealed class FirUpsampleAttribute(params int[] taps) : LayerAttribute
{
    /// <summary>The filter along one axis.</summary>
    public IReadOnlyList<int> Taps { get; } = taps;

    /// <summary>Rows and columns cut off on every side. Default: <c>(taps − 1)/2</c>.</summary>
    public int Padding { get; set; } = (taps.Length - 1) / 2;
}
