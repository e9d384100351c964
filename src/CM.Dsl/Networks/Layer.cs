namespace CM.Dsl;

/// <summary>
/// One layer of a declaration. The generator implements the partial property and fills in what it found out; a function of
/// <see cref="Functions"/> needs no property.
/// </summary>
/// <param name="Name">The property's name, which is also the first part of its parameters' names, or a function as it is called.</param>
/// <param name="Kind">The kind of layer with its numbers, such as <c>Conv2d 3→64, 3×3</c>.</param>
/// <param name="Input">The shape that goes in, such as <c>[B, 3, 32, 32]</c>; empty for a layer that is not used.</param>
/// <param name="Output">The shape that comes out.</param>
/// <param name="Parameters">Number of trainable elements, all copies together; -1 in a network that does not fit together.</param>
public sealed record Layer(string Name, string Kind, string Input, string Output, long Parameters)
{
    /// <summary>The layers of a block; of one copy where it is repeated.</summary>
    public IReadOnlyList<Layer> Layers { get; init; } = [];

    /// <summary>Pipes a value into this layer.</summary>
    public static Value operator |(Value input, Layer layer) => throw Value.NeverRun();

    /// <summary>Feeds two flows into a block with two inputs.</summary>
    public static Value operator |((Value First, Value Second) inputs, Layer layer) => throw Value.NeverRun();

    /// <summary>Feeds three flows into a block with three inputs.</summary>
    public static Value operator |((Value First, Value Second, Value Third) inputs, Layer layer) => throw Value.NeverRun();

    /// <summary>
    /// In a coupling, for a part with <see cref="BernoulliAttribute"/>: each sample from the one or the other value, as its draw says.
    /// </summary>
    public Value Select(Value ifTrue, Value ifFalse) => throw Value.NeverRun();
}
