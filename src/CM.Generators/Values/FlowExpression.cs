using CM.Generators.Shapes;

namespace CM.Generators.Values;

/// <summary>An input of <c>Forward</c>, or the one of a network without it.</summary>
internal sealed record InputPlan(string Name, EquatableArray<Dim> Sizes, int Site);

/// <summary>The body of <c>Forward</c>.</summary>
internal sealed record ForwardPlan(
    EquatableArray<InputPlan> Inputs, EquatableArray<Binding> Bindings, FlowExpression Result, EquatableArray<EquatableArray<Dim>> Outputs, int Site, int OutputSite)
{
    /// <summary>Every pipe in it, in order.</summary>
    public IEnumerable<FlowPipe> Pipes => Bindings.Select(binding => binding.Value).Append(Result).SelectMany(expression => expression.Pipes);

    /// <summary>Every call of a function in it, in order.</summary>
    public IEnumerable<LayerPlan> Functions => Pipes.Select(pipe => pipe.Function).OfType<LayerPlan>();

    /// <summary>The same with one call replaced.</summary>
    public ForwardPlan With(LayerPlan function, LayerPlan other)
    {
        return this with { Bindings = Bindings.Select(binding => binding with { Value = Change(binding.Value) }).ToEquatable(), Result = Change(Result) };

        FlowExpression Change(FlowExpression expression) => expression.Rewrite(Change) is var inside && inside is FlowPipe pipe && ReferenceEquals(pipe.Function, function)
            ? pipe with { Layer = other.Name, Function = other }
            : inside;
    }
}

/// <summary><c>var a = …;</c> or <c>var (a, b) = …;</c></summary>
internal sealed record Binding(EquatableArray<string> Names, FlowExpression Value, int Site)
{
    /// <summary>The method of the forward pass to which it belongs; empty for <c>forward</c> itself.</summary>
    public string Section { get; init; } = "";
}

/// <summary>An expression of the Flow language.</summary>
internal abstract record FlowExpression(int Site)
{
    /// <summary>The expressions that it is made of, in order.</summary>
    public virtual IEnumerable<FlowExpression> Operands => [];

    /// <summary>Every pipe in it, in order.</summary>
    public IEnumerable<FlowPipe> Pipes => Operands.SelectMany(operand => operand.Pipes).Concat(this is FlowPipe pipe ? [pipe] : []);

    /// <summary>The same with every operand changed.</summary>
    public virtual FlowExpression Rewrite(Func<FlowExpression, FlowExpression> change) => this;
}

internal sealed record FlowName(string Name, int Site) : FlowExpression(Site);

/// <summary><c>x | Layer</c> or <c>x | Upsample(2)</c></summary>
internal sealed record FlowPipe(FlowExpression Input, string Layer, int Site) : FlowExpression(Site)
{
    /// <summary>The function that is called; null for a layer of the record.</summary>
    public LayerPlan? Function { get; init; }

    public override IEnumerable<FlowExpression> Operands => [Input];

    public override FlowExpression Rewrite(Func<FlowExpression, FlowExpression> change) => this with { Input = change(Input) };
}

internal sealed record FlowBinary(char Operator, FlowExpression Left, FlowExpression Right, int Site) : FlowExpression(Site)
{
    public override IEnumerable<FlowExpression> Operands => [Left, Right];

    public override FlowExpression Rewrite(Func<FlowExpression, FlowExpression> change) => this with { Left = change(Left), Right = change(Right) };
}

internal sealed record FlowNumber(double Value, int Site) : FlowExpression(Site);

internal sealed record FlowNegate(FlowExpression Operand, int Site) : FlowExpression(Site)
{
    public override IEnumerable<FlowExpression> Operands => [Operand];

    public override FlowExpression Rewrite(Func<FlowExpression, FlowExpression> change) => this with { Operand = change(Operand) };
}

internal sealed record FlowCat(EquatableArray<FlowExpression> Items, int Site) : FlowExpression(Site)
{
    public override IEnumerable<FlowExpression> Operands => Items;

    public override FlowExpression Rewrite(Func<FlowExpression, FlowExpression> change) => this with { Items = Items.Select(change).ToEquatable() };
}

internal sealed record FlowTuple(EquatableArray<FlowExpression> Items, int Site) : FlowExpression(Site)
{
    public override IEnumerable<FlowExpression> Operands => Items;

    public override FlowExpression Rewrite(Func<FlowExpression, FlowExpression> change) => this with { Items = Items.Select(change).ToEquatable() };
}

/// <summary>A place where reading stopped; a problem says why.</summary>
internal sealed record FlowNothing(int Site) : FlowExpression(Site);
