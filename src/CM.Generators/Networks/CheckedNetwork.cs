using CM.Generators.Diagnostics;
using CM.Generators.Schedules;
using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks;

/// <summary>A network with every shape worked out: the steps of its forward pass in order, and what was found.</summary>
/// <param name="Plan">The declaration.</param>
/// <param name="Values">Every value that flows, the inputs first.</param>
/// <param name="Steps">What makes the values.</param>
/// <param name="Results">Which values are returned.</param>
/// <param name="Layers">The layers' shapes and sizes, in order of declaration.</param>
/// <param name="Problems">Findings.</param>
/// <param name="Duties">What its parameters and axes must still fulfil.</param>
internal sealed record CheckedNetwork(
    NetworkPlan Plan, EquatableArray<FlowValue> Values, EquatableArray<Step> Steps, EquatableArray<int> Results,
    EquatableArray<CheckedLayer> Layers, EquatableArray<Problem> Problems, EquatableArray<Duty> Duties)
{
    public bool HasErrors => Problems.Any(problem => problem.IsError);

    /// <summary>Whether it can be written: nothing is wrong here, nor in a block whose contract is therefore unknown.</summary>
    public bool Fits { get; } = !Problems.Any(problem => problem.IsError) && Results.Count > 0 && Results.All(result => !Values[result].Shape.IsUnknown) && Plan.Layers.All(layer => !LayerKind.NeedsContract(layer) || layer.Block is not null);

    public IEnumerable<InputPlan> Inputs => Plan.Forward?.Inputs ?? (Plan.Chain is { } chain ? [chain] : []);

    public Dim Count { get; } = Layers.Aggregate((Dim)0, (sum, layer) => sum + layer.Count);

    public Dim Work { get; } = Layers.Aggregate((Dim)0, (sum, layer) => sum + layer.Work);

    /// <summary>Numbers that one example keeps in memory for the backward pass.</summary>
    public Dim Activations => Networks.Activations.Of(this).All;

    /// <summary>Shapes that go in, as declared.</summary>
    public IEnumerable<Shape> InputShapes => Inputs.Select(input => Shape.Of(input.Sizes));

    /// <summary>Shapes that come out, as worked out.</summary>
    public IEnumerable<Shape> OutputShapes => Results.Select(result => Values[result].Shape);

    /// <summary><c>[B, 2], [B] → [B, 2]</c></summary>
    public string Signature => $"{string.Join(", ", InputShapes)} → {string.Join(", ", OutputShapes)}";

    /// <summary>The contract for networks that use it as a block.</summary>
    /// <param name="site">Place of its record in the source; -1 for another assembly's.</param>
    public BlockContract Contract(int site)
    {
        var activations = Networks.Activations.Of(this);
        return new(
            Plan.Record.FullName, Plan.Parameters, InputShapes.ToEquatable(),
            Plan.Forward is { } forward ? forward.Outputs.Select(output => Shape.Of(output)).ToEquatable() : OutputShapes.ToEquatable(),
            Count, Work, activations.Within, Duties, site)
        {
            KeptEnds = activations.Keeps,
        };
    }
}

/// <summary>A layer with what was worked out about it.</summary>
/// <param name="Layer">The declaration.</param>
/// <param name="Inputs">Shapes where it is used first; empty where it is not used.</param>
/// <param name="Outputs">Likewise.</param>
/// <param name="Count">Trainable numbers, all copies together.</param>
/// <param name="Work">Multiply-adds for one example, all copies and uses together.</param>
internal sealed record CheckedLayer(LayerPlan Layer, EquatableArray<Shape> Inputs, EquatableArray<Shape> Outputs, Dim Count, Dim Work)
{
    public string Kind => (LayerKind.Find(Layer.Kind) is { } kind ? kind.Describe(Layer)
        : Layer.Module is { } block ? $"{block.Name}({string.Join(", ", Layer.Sizes("arguments"))})"
        : Layer.Block is { } function ? $"Custom {function.Name}"
        : Layer.Kind) + (Layer.Repeat is { } times ? $", {times} times" : "");
}
