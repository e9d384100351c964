namespace CM.Dsl;

/// <summary>
/// Divides the last axis by its root mean square, √(mean x² + Epsilon), then scales (Zhang and Sennrich 2019): <c>[…, size]</c> stays.
/// </summary>
/// <param name="size">Size of the last axis.</param>
public sealed class RmsNormAttribute(object size) : LayerAttribute
{
    /// <summary>Size of the last axis.</summary>
    public object Size { get; } = size;

    /// <summary>Added to the mean square. Default: 1e-5.</summary>
    public double Epsilon { get; set; } = 1e-5;
}
