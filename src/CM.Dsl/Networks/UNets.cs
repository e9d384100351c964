namespace CM.Dsl;

/// <summary>
/// A whole U-Net as one layer: <c>[B, channels, resolution, resolution], [B]</c> (and one-hot classes <c>[B, LabelDim]</c> where
/// <see cref="LabelDim"/> is given) to <c>[B, OutChannels, resolution, resolution]</c>. Names, shapes and starts of its parameters are
/// those of the reference implementation, below the property's name, so that published weights load by name.
/// </summary>
/// <param name="resolution">Height and width of the images; every level but the first halves it.</param>
/// <param name="channels">Channels that come in.</param>
/// <param name="modelChannels">Channels that the multipliers multiply; the reference's <c>model_channels</c>.</param>
public abstract class UNetAttribute(int resolution, int channels, int modelChannels) : LayerAttribute
{
    /// <summary>Height and width of the images.</summary>
    public int Resolution { get; } = resolution;

    /// <summary>Channels that come in.</summary>
    public int Channels { get; } = channels;

    /// <summary>Channels that the multipliers multiply.</summary>
    public int ModelChannels { get; } = modelChannels;

    /// <summary>
    /// Channels that go out; twice those that come in for an encoder that gives mean and standard deviation. Default:
    /// <see cref="Channels"/>.
    /// </summary>
    public int OutChannels { get; set; } = channels;

    /// <summary>Classes, whose one-hot labels are the third input. Default: 0, no classes.</summary>
    public int LabelDim { get; set; }

    /// <summary>
    /// Channels of every level as multiples of the width, finest first; as many as there are levels. Default: the reference's.
    /// </summary>
    public int[] ChannelMult { get; set; } = [];

    /// <summary>
    /// Residual blocks of every level's encoder, finest first, or one number for all; a decoder has one more. Default: the reference's.
    /// </summary>
    public int[] NumBlocks { get; set; } = [];

    /// <summary>Resolutions whose blocks attend. Default: the reference's.</summary>
    public int[] AttnResolutions { get; set; } = [];

    /// <summary>Probability of dropout in every level's blocks, finest first, or one number for all. Default: 0.</summary>
    public double[] Dropout { get; set; } = [];
}

/// <summary>
/// DDPM++: EDM's <c>SongUNet</c> with positional embedding and standard encoder (Song et al. 2021, Karras et al. 2022). Reference defaults:
/// multipliers 1, 2, 2, 2, four blocks, attention at 16 and at the bottom. <c>[DdpmPlusPlus(32, 3, 128, ChannelMult = [2, 2, 2])]</c> is
/// that of CIFAR-10.
/// </summary>
/// <inheritdoc cref="UNetAttribute(int, int, int)"/>
public class DdpmPlusPlusAttribute(int resolution, int channels, int modelChannels) : UNetAttribute(resolution, channels, modelChannels)
{
    /// <summary>Width of the embedding as a multiple of the width. Default: 4.</summary>
    public int EmbeddingMultiplier { get; set; } = 4;
}

/// <summary>
/// <see cref="DdpmPlusPlusAttribute"/> with another block: a record with the parameters (int In, int Out, int Embedding) whose
/// <c>Forward</c> takes [B, In, H, W] and [B, Embedding] to [B, Out, H, W]. Resampling and attention stay layers of the U-Net around it.
/// </summary>
/// <typeparam name="TBlock">A record with <see cref="NetworkAttribute"/>.</typeparam>
/// <inheritdoc cref="UNetAttribute(int, int, int)"/>
public sealed class DdpmPlusPlusAttribute<TBlock>(int resolution, int channels, int modelChannels) : DdpmPlusPlusAttribute(resolution, channels, modelChannels);

/// <summary>
/// NCSN++: EDM's <c>SongUNet</c> with Fourier embedding, residual encoder and the filter 1, 3, 3, 1 (Song et al. 2021, Karras et al. 2022).
/// Reference defaults as for <see cref="DdpmPlusPlusAttribute"/>.
/// </summary>
/// <inheritdoc cref="UNetAttribute(int, int, int)"/>
public class NcsnPlusPlusAttribute(int resolution, int channels, int modelChannels) : UNetAttribute(resolution, channels, modelChannels)
{
    /// <summary>Width of the embedding as a multiple of the width. Default: 4.</summary>
    public int EmbeddingMultiplier { get; set; } = 4;

    /// <summary>Standard deviation of the frequencies. Default: 16, EDM's; ECT and VCT have 0.02.</summary>
    public double FourierScale { get; set; } = 16;
}

/// <summary><see cref="NcsnPlusPlusAttribute"/> with another block; see <see cref="DdpmPlusPlusAttribute{TBlock}"/>.</summary>
/// <typeparam name="TBlock">A record with <see cref="NetworkAttribute"/>.</typeparam>
/// <inheritdoc cref="UNetAttribute(int, int, int)"/>
public sealed class NcsnPlusPlusAttribute<TBlock>(int resolution, int channels, int modelChannels) : NcsnPlusPlusAttribute(resolution, channels, modelChannels);

/// <summary>
/// ADM: EDM's <c>DhariwalUNet</c> (Dhariwal and Nichol 2021). Reference defaults: multipliers 1, 2, 3, 4, three blocks, attention at 32,
/// 16, 8.
/// </summary>
/// <inheritdoc cref="UNetAttribute(int, int, int)"/>
public class AdmAttribute(int resolution, int channels, int modelChannels) : UNetAttribute(resolution, channels, modelChannels)
{
    /// <summary>Width of the embedding as a multiple of the width. Default: 4.</summary>
    public int EmbeddingMultiplier { get; set; } = 4;

    /// <summary>Channels of a head; levels with fewer channels do not attend. Default: 64.</summary>
    public int ChannelsPerHead { get; set; } = 64;
}

/// <summary><see cref="AdmAttribute"/> with another block; see <see cref="DdpmPlusPlusAttribute{TBlock}"/>.</summary>
/// <typeparam name="TBlock">A record with <see cref="NetworkAttribute"/>.</typeparam>
/// <inheritdoc cref="UNetAttribute(int, int, int)"/>
public sealed class AdmAttribute<TBlock>(int resolution, int channels, int modelChannels) : AdmAttribute(resolution, channels, modelChannels);

/// <summary>
/// EDM2's magnitude-preserving U-Net, without its uncertainty head (Karras et al. 2024). Reference defaults: multipliers 1, 2, 3, 4, three
/// blocks, attention at 16 and 8. Widths for ImageNet-64: S 192, M 256, L 320, XL 384.
/// </summary>
/// <inheritdoc cref="UNetAttribute(int, int, int)"/>
public class Edm2Attribute(int resolution, int channels, int modelChannels) : UNetAttribute(resolution, channels, modelChannels)
{
    /// <summary>Channels of a head; levels with fewer channels do not attend. Default: 64.</summary>
    public int ChannelsPerHead { get; set; } = 64;
}

/// <summary><see cref="Edm2Attribute"/> with another block; see <see cref="DdpmPlusPlusAttribute{TBlock}"/>.</summary>
/// <typeparam name="TBlock">A record with <see cref="NetworkAttribute"/>.</typeparam>
/// <inheritdoc cref="UNetAttribute(int, int, int)"/>
public sealed class Edm2Attribute<TBlock>(int resolution, int channels, int modelChannels) : Edm2Attribute(resolution, channels, modelChannels);
