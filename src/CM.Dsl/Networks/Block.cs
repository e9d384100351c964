namespace CM.Dsl;

/// <summary>
/// Another network as a layer. Its inputs and result are known by the <see cref="ShapeAttribute"/>s of its <c>Forward</c>; its body is
/// checked where it is declared.
/// </summary>
/// <typeparam name="TNetwork">A record with <see cref="NetworkAttribute"/>.</typeparam>
/// <param name="arguments">Values of the record's parameters, in order.</param>
public sealed class BlockAttribute<TNetwork>(params object[] arguments) : LayerAttribute
{
    /// <summary>Values of the record's parameters.</summary>
    public IReadOnlyList<object> Arguments { get; } = arguments;
}

/// <summary>
/// Several copies of a layer one after the other, each with its own parameters; the layer's output must have its input's shape.
/// </summary>
/// <param name="times">Times, 1 or more.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RepeatAttribute(int times) : Attribute
{
    /// <summary>Number of copies.</summary>
    public int Times { get; } = times;
}
