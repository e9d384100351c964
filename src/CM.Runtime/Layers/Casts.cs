namespace CM.Runtime;

/// <summary>A layer with weights computes in their type, whatever comes in: where weights are 16 bits, products are.</summary>
internal static class Casts
{
    /// <summary>Input cast to the type of the weights; null if it has that type.</summary>
    public static Tensor? To(Tensor weights, Tensor x) => x.dtype == weights.dtype ? null : x.to(weights.dtype);

    /// <summary>Input cast to float32, for a sum whose rounding matters; null if it has that or a wider type.</summary>
    public static Tensor? ToFloat32(Tensor x) => x.dtype is ScalarType.BFloat16 or ScalarType.Float16 ? x.to(ScalarType.Float32) : null;
}
