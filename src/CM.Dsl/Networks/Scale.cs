namespace CM.Dsl;

/// <summary>Multiplies by a fixed number; the shape stays.</summary>
/// <param name="factor">The number.</param>
public sealed class ScaleAttribute(double factor) : LayerAttribute
{
    /// <summary>The number.</summary>
    public double Factor { get; } = factor;
}
