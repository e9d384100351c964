using CM.Generators.Shapes;

namespace CM.Generators.Values;

/// <summary>Contract of a network towards those that use it as a block, over its own parameters.</summary>
/// <param name="FullName">With <c>global::</c>.</param>
/// <param name="Parameters">Names of its parameters.</param>
/// <param name="Inputs">Shapes that go in.</param>
/// <param name="Outputs">Shapes that come out.</param>
/// <param name="Count">Number of trainable elements.</param>
/// <param name="Work">Multiply-adds for one example.</param>
/// <param name="Activations">Number of elements that one example keeps for the backward pass, without what goes in and comes out.</param>
/// <param name="Constraints">Constraints on its parameters.</param>
/// <param name="Site">Location of the block's own record; -1 in another assembly.</param>
internal sealed record BlockContract(
    string FullName, EquatableArray<string> Parameters, EquatableArray<Shape> Inputs, EquatableArray<Shape> Outputs, Dim Count, Dim Work, Dim Activations,
    EquatableArray<Constraint> Constraints, int Site)
{
    public string Name => FullName.Substring(FullName.LastIndexOf('.') + 1).Replace("global::", "");

    /// <summary>
    /// Whether the backward pass needs an input, or, counted after the inputs, a result. For a network of another assembly this is unknown,
    /// and assumed.
    /// </summary>
    public bool Keeps(int end) => end >= KeptEnds.Count || KeptEnds[end];

    public EquatableArray<bool> KeptEnds { get; init; }
}
