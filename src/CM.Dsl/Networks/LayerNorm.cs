namespace CM.Dsl;

/// <summary>
/// Normalises the last axis to mean 0 and standard deviation 1, then scales and shifts (Ba et al. 2016): <c>[…, size]</c> stays.
/// </summary>
/// <param name="size">Size of the last axis.</param>
public sealed class LayerNormAttribute(object size) : LayerAttribute
{
    /// <summary>Size of the last axis.</summary>
    public object Size { get; } = size;

    /// <summary>Added to the variance. Default: 1e-5.</summary>
    public double Epsilon { get; set; } = 1e-5;
}
