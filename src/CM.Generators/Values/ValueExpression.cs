using CM.Generators.Shapes;

namespace CM.Generators.Values;

/// <summary>An input of <c>Forward</c>, or the one of a network without it.</summary>
internal sealed record InputPlan(string Name, EquatableArray<Dim> Sizes, int Site);

/// <summary>The body of <c>Forward</c>.</summary>
internal sealed record ForwardPlan(
    EquatableArray<InputPlan> Inputs, EquatableArray<Binding> Bindings, ValueExpression Result, EquatableArray<EquatableArray<Dim>> Outputs, int Site, int OutputSite)
{
    /// <summary>Every pipe in it, in order.</summary>
    public IEnumerable<PipeExpression> Pipes => Bindings.Select(binding => binding.Value).Append(Result).SelectMany(expression => expression.Pipes);

    /// <summary>Every call of a function in it, in order.</summary>
    public IEnumerable<LayerPlan> Functions => Pipes.Select(pipe => pipe.Function).OfType<LayerPlan>();

    /// <summary>The same with one call replaced.</summary>
    public ForwardPlan With(LayerPlan function, LayerPlan other)
    {
        return this with { Bindings = Bindings.Select(binding => binding with { Value = Change(binding.Value) }).ToEquatable(), Result = Change(Result) };

        ValueExpression Change(ValueExpression expression) => expression.Rewrite(Change) is var inside && inside is PipeExpression pipe && ReferenceEquals(pipe.Function, function)
            ? pipe with { Layer = other.Name, Function = other }
            : inside;
    }
}

/// <summary><c>var a = …;</c> or <c>var (a, b) = …;</c></summary>
internal sealed record Binding(EquatableArray<string> Names, ValueExpression Value, int Site)
{
    /// <summary>The method of the forward pass to which it belongs; empty for <c>forward</c> itself.</summary>
    public string Section { get; init; } = "";
}

/// <summary>An expression of the Value language.</summary>
internal abstract record ValueExpression(int Site)
{
    /// <summary>The expressions that it is made of, in order.</summary>
    public virtual IEnumerable<ValueExpression> Operands => [];

    /// <summary>Every pipe in it, in order.</summary>
    public IEnumerable<PipeExpression> Pipes => Operands.SelectMany(operand => operand.Pipes).Concat(this is PipeExpression pipe ? [pipe] : []);

    /// <summary>The same with every operand changed.</summary>
    public virtual ValueExpression Rewrite(Func<ValueExpression, ValueExpression> change) => this;
}

internal sealed record NameExpression(string Name, int Site) : ValueExpression(Site);

/// <summary><c>x | Layer</c> or <c>x | Upsample(2)</c></summary>
internal sealed record PipeExpression(ValueExpression Input, string Layer, int Site) : ValueExpression(Site)
{
    /// <summary>The function that is called; null for a layer of the record.</summary>
    public LayerPlan? Function { get; init; }

    public override IEnumerable<ValueExpression> Operands => [Input];

    public override ValueExpression Rewrite(Func<ValueExpression, ValueExpression> change) => this with { Input = change(Input) };
}

internal sealed record BinaryExpression(char Operator, ValueExpression Left, ValueExpression Right, int Site) : ValueExpression(Site)
{
    public override IEnumerable<ValueExpression> Operands => [Left, Right];

    public override ValueExpression Rewrite(Func<ValueExpression, ValueExpression> change) => this with { Left = change(Left), Right = change(Right) };
}

internal sealed record NumberExpression(double Value, int Site) : ValueExpression(Site);

internal sealed record NegateExpression(ValueExpression Operand, int Site) : ValueExpression(Site)
{
    public override IEnumerable<ValueExpression> Operands => [Operand];

    public override ValueExpression Rewrite(Func<ValueExpression, ValueExpression> change) => this with { Operand = change(Operand) };
}

internal sealed record CatExpression(EquatableArray<ValueExpression> Items, int Site) : ValueExpression(Site)
{
    public override IEnumerable<ValueExpression> Operands => Items;

    public override ValueExpression Rewrite(Func<ValueExpression, ValueExpression> change) => this with { Items = Items.Select(change).ToEquatable() };
}

internal sealed record TupleExpression(EquatableArray<ValueExpression> Items, int Site) : ValueExpression(Site)
{
    public override IEnumerable<ValueExpression> Operands => Items;

    public override ValueExpression Rewrite(Func<ValueExpression, ValueExpression> change) => this with { Items = Items.Select(change).ToEquatable() };
}

/// <summary>A place where reading stopped; a finding says why.</summary>
internal sealed record MissingExpression(int Site) : ValueExpression(Site);
