namespace CM.Dsl;

/// <summary>
/// Type in which networks compute. Weights, their gradients' sum, moments, averages, norms' statistics, softmax and losses are float32 in
/// any case: weights are cast once a step (those that a layer normalises, at each pass, after that), what flows into a network is cast
/// there, and what comes out is float32 again. Default: float32, as libtorch is set up.
/// </summary>
/// <param name="compute">The type.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class PrecisionAttribute(ComputeType compute) : Attribute
{
    /// <summary>The type.</summary>
    public ComputeType Compute { get; } = compute;
}

/// <summary>A type that networks compute in.</summary>
public enum ComputeType
{
    /// <summary>32 bits everywhere, also where libtorch would round products on CUDA.</summary>
    Float32,

    /// <summary>Float32 whose products keep 10 bits behind the point on CUDA; on the CPU it is float32.</summary>
    TensorFloat32,

    /// <summary>16 bits with the range of float32 and 8 bits of precision.</summary>
    BFloat16,

    /// <summary>
    /// 16 bits with 11 bits of precision and a small range; it needs <see cref="LossScaleAttribute"/>. On the CPU it is bfloat16.
    /// </summary>
    Float16,
}
