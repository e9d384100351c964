using CM.Generators.Shapes;

namespace CM.Generators.Values;

/// <summary>An input of <c>Forward</c>, or the one of a network without it.</summary>
internal sealed record InputPlan(string Name, EquatableArray<Dim> Sizes, int Site);

/// <summary>The body of <c>Forward</c>.</summary>
internal sealed record ForwardPlan(
    EquatableArray<InputPlan> Inputs, EquatableArray<Binding> Bindings, FlowExpression Result, EquatableArray<EquatableArray<Dim>> Outputs, int Site, int OutputSite);

/// <summary><c>var a = …;</c> or <c>var (a, b) = …;</c></summary>
internal sealed record Binding(EquatableArray<string> Names, FlowExpression Value, int Site)
{
    /// <summary>The method of the forward pass to which it belongs; empty for <c>forward</c> itself.</summary>
    public string Section { get; init; } = "";
}

/// <summary>An expression of the Flow language.</summary>
internal abstract record FlowExpression(int Site);

internal sealed record FlowName(string Name, int Site) : FlowExpression(Site);

internal sealed record FlowPipe(FlowExpression Input, string Layer, int Site) : FlowExpression(Site);

internal sealed record FlowBinary(char Operator, FlowExpression Left, FlowExpression Right, int Site) : FlowExpression(Site);

internal sealed record FlowNumber(double Value, int Site) : FlowExpression(Site);

internal sealed record FlowNegate(FlowExpression Operand, int Site) : FlowExpression(Site);

internal sealed record FlowCat(EquatableArray<FlowExpression> Items, int Site) : FlowExpression(Site);

internal sealed record FlowTuple(EquatableArray<FlowExpression> Items, int Site) : FlowExpression(Site);

/// <summary>A place where reading stopped; a problem says why.</summary>
internal sealed record FlowNothing(int Site) : FlowExpression(Site);
