using System.ComponentModel;
using static TorchSharp.torch.nn;

namespace CM.Runtime;

/// <summary>Linear maps with what stands before them, called by generated networks.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Linears
{
    /// <summary>
    /// [silu(first), second]·weightᵀ + bias in the type of the weight.
    /// </summary>
    /// <param name="first">[B, n]; […, n] where nothing stands before the map.</param>
    /// <param name="weight">[out, n + m].</param>
    /// <param name="bias">[out], or none.</param>
    /// <param name="silu">Whether the first goes through x·σ(x).</param>
    /// <param name="second">[B, m], or nothing.</param>
    /// <returns>[B, out], or […, out].</returns>
    public static Tensor Of(Tensor first, Tensor weight, Tensor? bias = null, bool silu = false, Tensor? second = null) =>
        Compute(first, weight, bias, silu, second).Seen(first, weight);

    private static Tensor Compute(Tensor first, Tensor weight, Tensor? bias, bool silu, Tensor? second)
    {
        using var cast = Casts.To(weight, first);
        var part = cast ?? first;
        using var castSecond = second is null ? null : Casts.To(weight, second);
        if (!silu && second is null)
            return functional.linear(part, weight, bias);
        using var bent = silu ? functional.silu(part) : part.alias();
        using var joined = second is null ? bent.alias() : cat([bent, castSecond ?? second], 1);
        return functional.linear(joined, weight, bias);
    }
}
