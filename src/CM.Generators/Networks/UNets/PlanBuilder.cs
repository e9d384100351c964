using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.UNets;

/// <summary>Declares a network in code, as a user does in attributes.</summary>
/// <param name="record">Its name and place.</param>
/// <param name="documentation">Documentation in one sentence.</param>
/// <param name="site">The attribute that it expands.</param>
/// <param name="parameters">Names of its parameters.</param>
internal sealed class PlanBuilder(RecordName record, string documentation, int site, params string[] parameters)
{
    private readonly List<LayerPlan> layers = [];
    private readonly List<InputPlan> inputs = [];
    private readonly List<Binding> bindings = [];

    /// <summary>The method of the forward pass to which what is bound next belongs; empty for <c>forward</c> itself.</summary>
    public string Section { get; set; } = "";

    public Wire Input(string name, params Dim[] sizes)
    {
        inputs.Add(new(name, sizes.ToEquatable(), site));
        return new(new NameExpression(name, site));
    }

    /// <summary>Declares a layer.</summary>
    /// <param name="name">The property.</param>
    /// <param name="kind">The attribute.</param>
    /// <param name="place">Path of its parameters; null for the name.</param>
    /// <param name="arguments">Arguments of the attribute: sizes, numbers, booleans, words.</param>
    public LayerName Layer(string name, string kind, string? place, params (string Name, object Value)[] arguments) =>
        Add(new(name, kind, arguments.Select(pair => Given(pair.Name, pair.Value)).ToEquatable(), null, null, site, "") { Place = place });

    public LayerName SiLU(string name) => Layer(name, "SiLU", null);

    /// <summary>Declares what halves an image by its mean, or doubles it by its nearest neighbours.</summary>
    public LayerName Sample(Resample resample) => resample == Resample.Down ? Layer("Shrink", "AveragePool", null) : Layer("Grow", "Upsample", null);

    /// <summary>Declares a layer that is another network.</summary>
    public LayerName Block(string name, string place, BlockContract block, params Dim[] arguments) =>
        Add(new(name, "Block", [new("arguments", arguments.ToEquatable(), null, null, site)], block, null, site, "") { Place = place });

    /// <summary>Gives a value a name.</summary>
    public Wire Let(string name, Wire value)
    {
        bindings.Add(new([name], value.Expression, site) { Section = Section });
        return new(new NameExpression(name, site));
    }

    public CheckedNetwork Check(Wire result, params Dim[] output) => NetworkChecker.Check(
        new(record, documentation, parameters.ToEquatable(), layers.ToEquatable(), new(inputs.ToEquatable(), bindings.ToEquatable(), result.Expression, [output.ToEquatable()], site, site), null, site)
        {
            IsExpansion = true,
        });

    // A layer without parameters may be declared again under its name.
    private LayerName Add(LayerPlan layer)
    {
        if (layers.All(each => each.Name != layer.Name))
            layers.Add(layer);
        return new(layer.Name, site);
    }

    private Argument Given(string name, object value) => value switch
    {
        Dim size => new(name, [size], null, null, site),
        int size => new(name, [(Dim)size], null, null, site),
        EquatableArray<Dim> sizes => new(name, sizes, null, null, site),
        double number => new(name, [], number, null, site),
        bool flag => new(name, [], null, flag ? "true" : "false", site),
        _ => new(name, [], null, (string)value, site),
    };
}

/// <summary>A flow in a plan that is declared in code.</summary>
internal readonly record struct Wire(ValueExpression Expression)
{
    public static Wire operator *(Wire left, Wire right) => new(new BinaryExpression('*', left.Expression, right.Expression, left.Expression.Site));

    public static Wire operator +(Wire left, Wire right) => new(new BinaryExpression('+', left.Expression, right.Expression, left.Expression.Site));

    public static Wire operator +(Wire left, double right) => new(new BinaryExpression('+', left.Expression, new NumberExpression(right, left.Expression.Site), left.Expression.Site));

    public static Wire operator *(Wire left, double right) => new(new BinaryExpression('*', left.Expression, new NumberExpression(right, left.Expression.Site), left.Expression.Site));

    public static Wire Cat(Wire first, Wire second) => new(new CatExpression([first.Expression, second.Expression], first.Expression.Site));
}

/// <summary>A layer to pipe into.</summary>
internal readonly record struct LayerName(string Name, int Site)
{
    public static Wire operator |(Wire input, LayerName layer) => new(new PipeExpression(input.Expression, layer.Name, layer.Site));

    public static Wire operator |((Wire First, Wire Second) inputs, LayerName layer) =>
        new(new PipeExpression(new TupleExpression([inputs.First.Expression, inputs.Second.Expression], layer.Site), layer.Name, layer.Site));
}
