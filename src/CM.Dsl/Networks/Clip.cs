namespace CM.Dsl;

/// <summary>Cuts off what lies outside [−bound, bound]; the shape stays.</summary>
/// <param name="bound">Above 0.</param>
public sealed class ClipAttribute(double bound) : LayerAttribute
{
    /// <summary>The largest magnitude that stays.</summary>
    public double Bound { get; } = bound;
}
