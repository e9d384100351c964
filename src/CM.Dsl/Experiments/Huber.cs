namespace CM.Dsl;

/// <summary>
/// The Huber loss (Huber 1964) of each element, summed over a sample: d²/2 for |d| below delta, delta·(|d| − delta/2) beyond.
/// </summary>
/// <param name="delta">Absolute difference at which the loss turns from squared to linear, above 0.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class HuberAttribute(double delta) : Attribute
{
    /// <summary>Absolute difference at which the loss turns from squared to linear.</summary>
    public double Delta { get; } = delta;
}
