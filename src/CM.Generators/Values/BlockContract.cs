using CM.Generators.Networks;
using CM.Generators.Shapes;

namespace CM.Generators.Values;

/// <summary>What a network promises to those that use it as a block, over its own parameters.</summary>
/// <param name="FullName">With <c>global::</c>.</param>
/// <param name="Parameters">Names of its parameters.</param>
/// <param name="Inputs">Shapes that go in.</param>
/// <param name="Outputs">Shapes that come out.</param>
/// <param name="Count">How many trainable numbers it holds.</param>
/// <param name="Work">Multiply-adds for one example.</param>
/// <param name="Activations">Numbers that one example keeps for the backward pass, without what goes in and comes out.</param>
/// <param name="Duties">What its parameters must fulfil.</param>
/// <param name="Site">Where the block's own record stands; -1 in another assembly.</param>
internal sealed record BlockContract(
    string FullName, EquatableArray<string> Parameters, EquatableArray<Shape> Inputs, EquatableArray<Shape> Outputs, Dim Count, Dim Work, Dim Activations,
    EquatableArray<Duty> Duties, int Site)
{
    public string Name => FullName.Substring(FullName.LastIndexOf('.') + 1).Replace("global::", "");

    /// <summary>Whether the backward pass needs an input, or, counted after the inputs, a result. Of another assembly's network it is not known, and taken for so.</summary>
    public bool Keeps(int end) => end >= KeptEnds.Count || KeptEnds[end];

    public EquatableArray<bool> KeptEnds { get; init; }
}
