namespace CM.Dsl;

/// <summary>
/// Layers without weights and without randomness. They need no property: <c>x | Conv1 | SiLU | Upsample(2)</c>.
/// </summary>
/// <remarks>
/// The package imports the members everywhere (<c>global using static CM.Dsl.Functions</c>). A member of the record with the same name
/// comes first; <c>Functions.SiLU</c> then names the function. Numbers are constants; a size may also be a parameter of the record, or a
/// term over parameters such as <c>Width / 2</c>. <c>Forward</c> and <c>Couple</c> are read and never run, so nothing here computes.
/// </remarks>
public static class Functions
{
    /// <summary>max(x, 0), element by element; the shape stays.</summary>
    public static Layer ReLU => throw Value.NeverRun();

    /// <summary>x·σ(x), also called swish, element by element; the shape stays.</summary>
    public static Layer SiLU => throw Value.NeverRun();

    /// <summary>x·Φ(x), the exact form with erf, element by element; the shape stays.</summary>
    public static Layer GELU => throw Value.NeverRun();

    /// <summary>
    /// The hyperbolic tangent, element by element; the shape stays. Beside <c>using static System.Math</c> it is <c>Functions.Tanh</c>.
    /// </summary>
    public static Layer Tanh => throw Value.NeverRun();

    /// <summary>1/(1 + e^−x), element by element; the shape stays.</summary>
    public static Layer Sigmoid => throw Value.NeverRun();

    /// <summary>ln(1 + e^x), element by element; the shape stays.</summary>
    public static Layer Softplus => throw Value.NeverRun();

    /// <summary>Limits every element to [−bound, bound]; the shape stays.</summary>
    /// <param name="bound">Largest magnitude, above 0.</param>
    public static Layer Clamp(double bound) => throw Value.NeverRun();

    /// <summary>Multiplies by a fixed number; the shape stays.</summary>
    /// <param name="factor">The number.</param>
    public static Layer Scale(double factor) => throw Value.NeverRun();

    /// <summary>
    /// Divides every pixel by 1e-4 + the root mean square of its channels, <c>[B, C, …]</c> stays
    /// (EDM2's <c>normalize(x, dim=1)</c>, Karras et al. 2024).
    /// </summary>
    public static Layer PixelNorm => throw Value.NeverRun();

    /// <summary>Repeats every pixel: <c>[B, C, H, W] → [B, C, factor·H, factor·W]</c>, nearest neighbour.</summary>
    /// <param name="factor">Ratio of the sizes, 2 or more.</param>
    public static Layer Upsample(int factor) => throw Value.NeverRun();

    /// <summary>
    /// Keeps every <c>factor</c>-th pixel of every <c>factor</c>-th row: <c>[B, C, H, W] → [B, C, ⌈H/factor⌉, ⌈W/factor⌉]</c>.
    /// </summary>
    /// <param name="factor">Ratio of the sizes, 2 or more.</param>
    public static Layer Downsample(int factor) => throw Value.NeverRun();

    /// <summary>Averages squares of pixels: <c>[B, C, H, W] → [B, C, ⌊H/factor⌋, ⌊W/factor⌋]</c>.</summary>
    /// <param name="factor">Side of the squares and the step between them, 2 or more.</param>
    public static Layer AveragePool(int factor) => throw Value.NeverRun();

    /// <summary>Mean of each channel over its height and width, <c>[B, C, H, W] → [B, C]</c>.</summary>
    public static Layer GlobalAveragePool => throw Value.NeverRun();

    /// <summary>
    /// Doubles an image with a filter: zeros go between the pixels, then every channel is convolved with 4·f⊗f/(Σf)².
    /// <c>[B, C, H, W] → [B, C, H', W']</c> with <c>H' = 2·H − 2 − 2·padding + taps</c>, which is 2·H for an even number of taps.
    /// <c>FirUpsample(1, 1)</c> is nearest neighbour, <c>FirUpsample(1, 3, 3, 1)</c> that of NCSN++
    /// (Karras et al. 2020; EDM's <c>Conv2d(up=True)</c>). The padding is (taps − 1)/2.
    /// </summary>
    /// <param name="taps">Filter f along one axis; the sum is not 0.</param>
    public static Layer FirUpsample(params int[] taps) => throw Value.NeverRun();

    /// <summary><see cref="FirUpsample(int[])"/> with a padding of its own: <c>FirUpsample([1, 3, 3, 1], padding: 0)</c>.</summary>
    /// <param name="taps">Filter f along one axis; the sum is not 0.</param>
    /// <param name="padding">Rows and columns cut off on every side.</param>
    public static Layer FirUpsample(int[] taps, int padding) => throw Value.NeverRun();

    /// <summary>
    /// Halves an image with a filter: every channel is convolved with f⊗f/(Σf)², then every second pixel of every second row stays.
    /// <c>[B, C, H, W] → [B, C, H', W']</c> with <c>H' = ⌊(H + 2·padding − taps)/2⌋ + 1</c>, which is ⌊H/2⌋ for an even number of taps.
    /// <c>FirDownsample(1, 1)</c> is the mean of 2×2 pixels, <c>FirDownsample(1, 3, 3, 1)</c> that of NCSN++
    /// (Karras et al. 2020; EDM's <c>Conv2d(down=True)</c>). The padding is (taps − 1)/2.
    /// </summary>
    /// <param name="taps">Filter f along one axis; the sum is not 0.</param>
    public static Layer FirDownsample(params int[] taps) => throw Value.NeverRun();

    /// <summary><see cref="FirDownsample(int[])"/> with a padding of its own: <c>FirDownsample([1, 3, 3, 1], padding: 0)</c>.</summary>
    /// <param name="taps">Filter f along one axis; the sum is not 0.</param>
    /// <param name="padding">Zeros around the image.</param>
    public static Layer FirDownsample(int[] taps, int padding) => throw Value.NeverRun();

    /// <summary>Lays channels out as pixels: <c>[B, C·factor², H, W] → [B, C, factor·H, factor·W]</c> (Shi et al. 2016).</summary>
    /// <param name="factor">Ratio of the sizes, 2 or more; its square divides the channels.</param>
    public static Layer PixelShuffle(int factor) => throw Value.NeverRun();

    /// <summary>Lays pixels out as channels: <c>[B, C, factor·H, factor·W] → [B, C·factor², H, W]</c>.</summary>
    /// <param name="factor">Ratio of the sizes, 2 or more; divides height and width.</param>
    public static Layer PixelUnshuffle(int factor) => throw Value.NeverRun();

    /// <summary>Turns everything but the batch into one axis: <c>[B, a, b, …] → [B, a·b·…]</c>.</summary>
    public static Layer Flatten => throw Value.NeverRun();

    /// <summary>Takes one axis apart: <c>[B, a·b·…] → [B, a, b, …]</c>.</summary>
    /// <param name="axes">Axes after the batch, outermost first.</param>
    public static Layer Unflatten(params int[] axes) => throw Value.NeverRun();

    /// <summary>
    /// Some of the channels: <c>[B, C, …] → [B, count, …]</c>. Half of an encoder's output is its mean, the other half its standard
    /// deviation.
    /// </summary>
    /// <param name="from">First channel that stays, 0 or more.</param>
    /// <param name="count">Number of channels that stay, 1 or more.</param>
    public static Layer SliceChannels(int from, int count) => throw Value.NeverRun();

    /// <summary>
    /// Adds one channel of ones at the end: <c>[B, C, …] → [B, C + 1, …]</c>; it is the bias of networks whose convolutions have none
    /// (EDM2).
    /// </summary>
    public static Layer AppendOnes => throw Value.NeverRun();

    /// <summary>
    /// A zero for each example: <c>[B, …] → [B]</c>. It is the level of a U-Net that has none, such as VCT's encoder:
    /// <c>(x, x | ZerosLike) | Encode</c>.
    /// </summary>
    public static Layer ZerosLike => throw Value.NeverRun();

    /// <summary>
    /// Sinusoidal features of a number per sample: <c>[B] → [B, channels]</c>, <c>[cos ft, sin ft]</c> with
    /// <c>f_j = maxPositions^(−j / (channels/2))</c> (Vaswani et al. 2017; EDM's <c>PositionalEmbedding</c>).
    /// </summary>
    /// <param name="channels">Features, an even number.</param>
    /// <param name="maxPositions">Ratio of the fastest to the slowest frequency.</param>
    /// <param name="endpoint">Division of the exponent by <c>channels/2 − 1</c>, so that the slowest frequency is 1/maxPositions
    /// exactly.</param>
    /// <param name="sineFirst">Sines before the cosines, as SongUNet has them.</param>
    public static Layer PositionalEmbedding(int channels, double maxPositions = 10_000, bool endpoint = false, bool sineFirst = false) =>
        throw Value.NeverRun();

    /// <summary>
    /// TorchSharp code of your own. The type has a method <c>public static Tensor Apply(Tensor x)</c>, with one to three inputs, whose
    /// <see cref="ShapeAttribute"/>s are its contract: the network around it is checked against it, and the first result of a run is
    /// compared with it.
    /// </summary>
    /// <remarks>
    /// Return a new tensor: the network frees the input after its last use. Axes of the result may use the names of axes of the inputs.
    /// <code>
    /// public sealed class Flip
    /// {
    ///     [return: Shape("B", "C", "H", "W")]
    ///     public static Tensor Apply([Shape("B", "C", "H", "W")] Tensor x) => x.flip(3);
    /// }
    /// </code>
    /// It is used as <c>x | Function&lt;Flip&gt;()</c>.
    /// </remarks>
    /// <typeparam name="T">The type that has the method.</typeparam>
    public static Layer Function<T>() => throw Value.NeverRun();

    /// <summary>EDM2's SiLU, which preserves magnitudes: x·σ(x)/0.596; the shape stays (Karras et al. 2024, equation 81).</summary>
    public static Layer MpSiLU => throw Value.NeverRun();

    /// <summary>
    /// EDM2's sum of two inputs of one shape: ((1 − t)·a + t·b)/√((1 − t)² + t²) (equation 88): <c>(a, b) | MpSum(0.3)</c>.
    /// </summary>
    /// <param name="t">Share of the second input, from 0 to 1.</param>
    public static Layer MpSum(double t) => throw Value.NeverRun();

    /// <summary>
    /// EDM2's join of two inputs along channels, <c>([B, N, …], [B, M, …]) → [B, N + M, …]</c>, the first times (1 − t)·C/√N and the
    /// second times t·C/√M with C = √((N + M)/((1 − t)² + t²)) (equation 103): <c>(a, b) | MpCat()</c>.
    /// </summary>
    /// <param name="t">Share of the second input, from 0 to 1.</param>
    public static Layer MpCat(double t = 0.5) => throw Value.NeverRun();
}
