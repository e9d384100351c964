namespace CM.Dsl;

/// <summary>
/// The shape of an input or of the result of <c>Forward</c>, of a network without <c>Forward</c>, or of one example of a data source.
/// </summary>
/// <remarks>
/// Each axis is a whole number, the name of an axis (<c>"B"</c>, <c>"H"</c>), the name of a record parameter (<c>nameof(Width)</c>),
/// or a term over those: <c>"2*Width"</c>, <c>"H/2"</c>, <c>"Width+3"</c>. Images are <c>[B, channels, height, width]</c>.
/// </remarks>
/// <param name="axes">The axes, outermost first.</param>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.ReturnValue | AttributeTargets.Class, AllowMultiple = true)]
public sealed class ShapeAttribute(params object[] axes) : Attribute
{
    /// <summary>The axes, outermost first.</summary>
    public IReadOnlyList<object> Axes { get; } = axes;
}
