using CM.Generators.Checking;
using CM.Generators.Layers;
using CM.Generators.Reading;

namespace CM.Generators.Shapes;

/// <summary>A network as it is declared: everything the checker and the writer need, and nothing of Roslyn's.</summary>
/// <param name="Record">Its name and place.</param>
/// <param name="Documentation">The user's own summary; empty where there is none.</param>
/// <param name="Parameters">The record's parameters, all whole numbers.</param>
/// <param name="Layers">In order of declaration.</param>
/// <param name="Forward">How they are wired; null where they follow each other and <paramref name="Chain"/> is the input.</param>
/// <param name="Chain">The input of a network without <c>Forward</c>.</param>
/// <param name="Site">The record's name in the source.</param>
internal sealed record NetworkPlan(
    RecordName Record, string Documentation, EquatableArray<string> Parameters, EquatableArray<LayerPlan> Layers, ForwardPlan? Forward, InputPlan? Chain, int Site)
{
    /// <summary>What was wrong with the form already while it was read.</summary>
    public EquatableArray<Problem> Problems { get; init; }

    /// <summary>Whether a layer of another network stands for it, so that nobody declared it.</summary>
    public bool IsExpansion { get; init; }

    public LayerPlan? Layer(string name) => Layers.FirstOrDefault(layer => layer.Name == name);
}

/// <summary>A layer as it is declared, or a function as it is called.</summary>
/// <param name="Name">The property, or the call's own text, such as <c>Upsample(2)</c>.</param>
/// <param name="Kind">The attribute without <c>Attribute</c>, or the function.</param>
/// <param name="Arguments">What stands in the attribute or the call.</param>
/// <param name="Block">For a block: what is known of the other network; for a function of the user's own: its contract.</param>
/// <param name="Repeat">How many copies; null for a layer without <c>[Repeat]</c>.</param>
/// <param name="Site">The attribute or the call in the source.</param>
/// <param name="Documentation">The user's own summary; empty where there is none.</param>
internal sealed record LayerPlan(
    string Name, string Kind, EquatableArray<Argument> Arguments, BlockContract? Block, int? Repeat, int Site, string Documentation)
{
    /// <summary>Whether it is a member of <c>CM.Dsl.Functions</c>: without state, and without a property.</summary>
    public bool IsFunction { get; init; }

    /// <summary>The header of the user's property, such as <c>public partial</c>.</summary>
    public string Modifiers { get; init; } = "public partial";

    /// <summary>Where its parameters lie; null for its name. After nothing or a word that ends in <c>_</c> no dot follows.</summary>
    public string? Place { get; init; }

    /// <summary>For a U-Net: the user's block that it is made of.</summary>
    public BlockContract? Inner { get; init; }

    /// <summary>For a block and what is built of blocks: the network whose module it builds.</summary>
    public BlockContract? Module => IsFunction ? null : Block;

    /// <summary>Whether it is entered by a contract.</summary>
    public bool NeedsContract => Kind is "Block" or "Function" || LayerKind.Find(Kind) is UNet;

    private Argument? Find(string name)
    {
        foreach (var argument in Arguments)
        {
            if (argument.Name == name)
                return argument;
        }

        return null;
    }

    public bool Has(string name) => Find(name) is not null;

    public Dim Size(string name, long missing = 1) => Find(name)?.Sizes is { Count: > 0 } sizes ? sizes[0] : missing;

    public EquatableArray<Dim> Sizes(string name) => Find(name)?.Sizes ?? [];

    public long Whole(string name, long missing = 1) => Size(name, missing).Value ?? missing;

    public double Number(string name, double missing) => Find(name)?.Number ?? missing;

    public EquatableArray<double> Numbers(string name) => Find(name)?.Numbers ?? [];

    public bool Flag(string name, bool missing) => Find(name)?.Text is { } text ? text == "true" : missing;

    public string Text(string name) => Find(name)?.Text ?? "";

    public int SiteOf(string name) => Find(name)?.Site ?? Site;
}

/// <summary>One argument of an attribute or a call, by the name of its parameter or property in lower camel case.</summary>
internal sealed record Argument(string Name, EquatableArray<Dim> Sizes, double? Number, string? Text, int Site)
{
    /// <summary>Where it is a list of numbers that need not be whole.</summary>
    public EquatableArray<double> Numbers { get; init; }
}

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

    private EquatableArray<bool> KeptEnds { get; init; }

    /// <summary>What a network promises whose <c>Forward</c> declares its result.</summary>
    public static BlockContract Of(CheckedNetwork network, int site)
    {
        var activations = Shapes.Activations.Of(network);
        return new(
            network.Plan.Record.FullName, network.Plan.Parameters, network.InputShapes.ToEquatable(),
            network.Plan.Forward is { } forward ? forward.Outputs.Select(output => Shape.Of(output)).ToEquatable() : network.OutputShapes.ToEquatable(),
            network.Count, network.Work, activations.Within, network.Duties, site)
        {
            KeptEnds = activations.Keeps,
        };
    }
}

/// <summary>Something that sizes must fulfil and that only numbers can decide: two sizes are equal, one divides the other, or one is not too small.</summary>
/// <param name="Kind">Which of them.</param>
/// <param name="Left">The one size, the divisor, or the smallest value.</param>
/// <param name="Right">The other size, or the multiple.</param>
/// <param name="Site">Where it is needed.</param>
/// <param name="Words">Why, such as <c>8 groups do not divide</c>.</param>
internal sealed record Duty(DutyKind Kind, Dim Left, Dim Right, int Site, string Words)
{
    public Fit Fit => Kind switch
    {
        DutyKind.Equal => Fit.Of(Left, Right),
        DutyKind.Divides => Fit.Divides(Left, Right),
        _ => Fit.AtLeast(Left, Right),
    };

    /// <summary>The names it depends on.</summary>
    public IEnumerable<string> Names => Left.Names.Union(Right.Names).OrderBy(name => name, StringComparer.Ordinal);

    /// <summary>What is so instead, where it is not fulfilled.</summary>
    public string Contradiction => Kind == DutyKind.AtLeast ? $"it is {Right}" : $"{Left} and {Right} do not";

    public Duty With(IReadOnlyDictionary<string, Dim> sizes, int site) => this with { Left = Left.With(sizes), Right = Right.With(sizes), Site = site };
}

internal enum DutyKind
{
    Equal,
    Divides,
    AtLeast,
}
