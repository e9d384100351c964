namespace CM.Runtime;

/// <summary>A layer with weights computes in their type, whatever comes in: where weights are 16 bits, products are.</summary>
internal static class Casts
{
    /// <summary>What comes in, in the type of the weights; null where it has that type.</summary>
    public static Tensor? To(Tensor weights, Tensor x) => x.dtype == weights.dtype ? null : x.to(weights.dtype);

    /// <summary>What comes in, in float32 for a sum whose rounding shows; null where it has that or a wider type.</summary>
    public static Tensor? ToFloat32(Tensor x) => x.dtype is ScalarType.BFloat16 or ScalarType.Float16 ? x.to(ScalarType.Float32) : null;
}
