using System.ComponentModel;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Runtime;

/// <summary>Features of a number per sample, called by generated networks.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Embeddings
{
    /// <summary>0 for each sample: one number in memory that all share, as they then share what follows from it.</summary>
    /// <param name="x">The samples, [B, …].</param>
    /// <returns>[B].</returns>
    public static Tensor Zeros(Tensor x)
    {
        using var zero = zeros([1], dtype: x.dtype, device: x.device);
        return zero.expand(x.shape[0]);
    }

    /// <summary><c>[cos 2πft, sin 2πft]</c> (Tancik et al. 2020; EDM's <c>FourierEmbedding</c>).</summary>
    /// <param name="level">The numbers, [B].</param>
    /// <param name="freqs">The frequencies f, [channels/2].</param>
    /// <param name="sineFirst">Put the sines before the cosines.</param>
    /// <returns>[B, channels].</returns>
    public static Tensor Fourier(Tensor level, Tensor freqs, bool sineFirst = false)
    {
        using var turns = freqs * (2 * Math.PI);
        return Waves(level, turns, sineFirst).Seen(level, freqs);
    }

    /// <summary>
    /// <c>[cos ft, sin ft]</c> with f_j = maxPositions^(−j/(channels/2)) (Vaswani et al. 2017; EDM's <c>PositionalEmbedding</c>).
    /// </summary>
    /// <param name="level">The numbers, [B].</param>
    /// <param name="channels">Features, an even number.</param>
    /// <param name="maxPositions">Ratio of the fastest to the slowest frequency.</param>
    /// <param name="endpoint">Divide the exponent by channels/2 − 1.</param>
    /// <param name="sineFirst">Put the sines before the cosines.</param>
    /// <returns>[B, channels].</returns>
    public static Tensor Positional(Tensor level, int channels, double maxPositions = 10_000, bool endpoint = false, bool sineFirst = false)
    {
        var half = channels / 2;
        var step = -Math.Log(maxPositions) / (endpoint ? half - 1 : half);
        using var index = arange((Scalar)half, dtype: ScalarType.Float32, device: level.device);
        using var exponent = index * step;
        using var freqs = exponent.exp();
        return Waves(level, freqs, sineFirst);
    }

    /// <summary>A linear map of scale·labels, whole rows of which become 0 with a probability (EDM's <c>map_label</c>).</summary>
    /// <param name="labels">One-hot, [B, classes].</param>
    /// <param name="weight">[channels, classes].</param>
    /// <param name="bias">[channels], or none.</param>
    /// <param name="scale">Factor of the labels.</param>
    /// <param name="dropout">The probability.</param>
    /// <param name="context">The origin of random numbers; not needed without dropout.</param>
    /// <returns>[B, channels].</returns>
    public static Tensor Classes(Tensor labels, Tensor weight, Tensor? bias, double scale, double dropout = 0, StepContext? context = null)
    {
        using var scaled = labels * scale;
        if (dropout == 0)
            return Fused.Linear(scaled, weight, bias);
        using var draw = context!.Uniform(labels);
        using var stays = draw.ge((Scalar)dropout);
        using var mask = stays.to(labels.dtype);
        using var kept = scaled * mask;
        return Fused.Linear(kept, weight, bias);
    }

    private static Tensor Waves(Tensor level, Tensor freqs, bool sineFirst)
    {
        using var column = level.unsqueeze(1);
        using var angle = column * freqs;
        using var cosine = angle.cos();
        using var sine = angle.sin();
        return sineFirst ? cat([sine, cosine], 1) : cat([cosine, sine], 1);
    }
}
