using System.Globalization;
using CM.Generators.Diagnostics;
using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks;

/// <summary>A network with every shape worked out: the steps of its forward pass in order, and what was found.</summary>
/// <param name="Plan">The declaration.</param>
/// <param name="Values">Every value that flows, the inputs first.</param>
/// <param name="Steps">Steps that make the values.</param>
/// <param name="Results">Returned values.</param>
/// <param name="Layers">The layers' shapes and sizes, in order of declaration.</param>
/// <param name="Findings">Findings.</param>
/// <param name="Constraints">Constraints that its parameters and axes must still fulfil.</param>
internal sealed record CheckedNetwork(
    NetworkPlan Plan, EquatableArray<ShapedValue> Values, EquatableArray<Step> Steps, EquatableArray<int> Results,
    EquatableArray<CheckedLayer> Layers, EquatableArray<Finding> Findings, EquatableArray<Constraint> Constraints)
{
    public bool HasErrors => Findings.Any(finding => finding.IsError);

    /// <summary>Whether it can be written: nothing is wrong here, nor in a block whose contract is therefore unknown.</summary>
    public bool Fits { get; } = !Findings.Any(finding => finding.IsError) && Results.Count > 0 && Results.All(result => !Values[result].Shape.IsUnknown) && Plan.Layers.All(layer => !LayerKind.NeedsContract(layer) || layer.Block is not null);

    public IEnumerable<InputPlan> Inputs => Plan.Forward?.Inputs ?? (Plan.Chain is { } chain ? [chain] : []);

    public Dim Count { get; } = Layers.Aggregate((Dim)0, (sum, layer) => sum + layer.Count);

    public Dim Work => InOrder.Aggregate((Dim)0, (sum, layer) => sum + layer.Work);

    /// <summary>Layers and functions as the values flow through them, each once; then layers that nothing flows into.</summary>
    public EquatableArray<CheckedLayer> InOrder { get; init; }

    /// <summary>Numbers that one example keeps in memory for the backward pass.</summary>
    public Dim Activations => Networks.Activations.Of(this).All;

    /// <summary>Shapes that go in, as declared.</summary>
    public IEnumerable<Shape> InputShapes => Inputs.Select(input => Shape.Of(input.Sizes));

    /// <summary>Shapes that come out, as worked out.</summary>
    public IEnumerable<Shape> OutputShapes => Results.Select(result => Values[result].Shape);

    /// <summary><c>[B, 2], [B] → [B, 2]</c></summary>
    public string Signature => $"{string.Join(", ", InputShapes)} → {string.Join(", ", OutputShapes)}";

    /// <summary>A number of parameters in words, such as <c>2,050 parameters</c>.</summary>
    public static string Counted(Dim count) => count.Value switch
    {
        0 => "no parameters",
        1 => "1 parameter",
        { } number => number.ToString("N0", CultureInfo.InvariantCulture) + " parameters",
        null => $"{count} parameters",
    };

    /// <summary>The contract for networks that use it as a block.</summary>
    /// <param name="site">Place of its record in the source; -1 for another assembly's.</param>
    public BlockContract Contract(int site)
    {
        var activations = Networks.Activations.Of(this);
        return new(
            Plan.Record.FullName, Plan.Parameters, InputShapes.ToEquatable(),
            Plan.Forward is { } forward ? forward.Outputs.Select(output => Shape.Of(output)).ToEquatable() : OutputShapes.ToEquatable(),
            Count, Work, activations.Within, Constraints, site)
        {
            KeptEnds = activations.Keeps,
        };
    }
}

/// <summary>A layer or a function with what was worked out about it.</summary>
/// <param name="Layer">The declaration or the call.</param>
/// <param name="Inputs">Shapes where it is used first; empty where it is not used.</param>
/// <param name="Outputs">Likewise.</param>
/// <param name="Count">Trainable numbers, all copies together.</param>
/// <param name="Work">Multiply-adds for one example, all copies and uses together.</param>
internal sealed record CheckedLayer(LayerPlan Layer, EquatableArray<Shape> Inputs, EquatableArray<Shape> Outputs, Dim Count, Dim Work)
{
    public string Kind => (LayerKind.Find(Layer.Kind) is { } kind ? kind.Describe(Layer)
        : Layer.Module is { } block ? $"{block.Name}({string.Join(", ", Layer.Sizes("arguments"))})"
        : Layer.Block is { } function ? $"Function {function.Name}"
        : Layer.Kind) + (Layer.Repeat is { } times ? $", {times} times" : "");
}
