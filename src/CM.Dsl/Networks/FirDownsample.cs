namespace CM.Dsl;

/// <summary>
/// Halves an image with a filter: every channel is convolved with f⊗f/(Σf)², then every second pixel of every second row stays.
/// <c>[B, C, H, W] → [B, C, H', W']</c> with <c>H' = ⌊(H + 2·Padding − taps)/2⌋ + 1</c>, which is ⌊H/2⌋ for an even number of taps.
/// <c>[FirDownsample(1, 1)]</c> is the mean of 2×2 pixels, <c>[FirDownsample(1, 3, 3, 1)]</c> that of NCSN++ (Karras et al. 2020; EDM's <c>Conv2d(down=True)</c>).
/// </summary>
/// <param name="taps">The filter f along one axis; the sum is not 0.</param>
public sealed class FirDownsampleAttribute(params int[] taps) : LayerAttribute
{
    /// <summary>The filter along one axis.</summary>
    public IReadOnlyList<int> Taps { get; } = taps;

    /// <summary>Zeros around the image. Default: <c>(taps − 1)/2</c>.</summary>
    public int Padding { get; set; } = (taps.Length - 1) / 2;
}
