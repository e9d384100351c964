namespace CM.Dsl;

/// <summary>Turns everything but the batch into one axis: <c>[B, a, b, …] → [B, a·b·…]</c>.</summary>
public sealed class FlattenAttribute : LayerAttribute;

/// <summary>Takes one axis apart: <c>[B, a·b·…] → [B, a, b, …]</c>.</summary>
/// <param name="axes">The axes after the batch, outermost first.</param>
public sealed class UnflattenAttribute(params object[] axes) : LayerAttribute
{
    /// <summary>The axes after the batch.</summary>
    public IReadOnlyList<object> Axes { get; } = axes;
}
