namespace CM.Dsl;

/// <summary>
/// A layer. Sizes are whole numbers or, inside a record with parameters, strings naming them: <c>nameof(Width)</c>, <c>"2*Width"</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public abstract class LayerAttribute : Attribute;
