using CM.Generators.Shapes;

namespace CM.Generators.Values;

/// <summary>A layer as it is declared, or a function as it is called.</summary>
/// <param name="Name">The property, or the call's own text, such as <c>Upsample(2)</c>.</param>
/// <param name="Kind">The attribute without <c>Attribute</c>, or the function.</param>
/// <param name="Arguments">What stands in the attribute or the call.</param>
/// <param name="Block">For a block: what is known of the other network; for a function of the user's own: its contract.</param>
/// <param name="Repeat">Number of copies; null for a layer without <c>[Repeat]</c>.</param>
/// <param name="Site">The attribute or the call in the source.</param>
/// <param name="Documentation">The user's own summary; empty where there is none.</param>
internal sealed record LayerPlan(
    string Name, string Kind, EquatableArray<Argument> Arguments, BlockContract? Block, int? Repeat, int Site, string Documentation)
{
    /// <summary>Whether it is a member of <c>CM.Dsl.Functions</c>: without state, and without a property.</summary>
    public bool IsFunction { get; init; }

    /// <summary>The header of the user's property, such as <c>public partial</c>.</summary>
    public string Modifiers { get; init; } = "public partial";

    /// <summary>Path of its parameters; null for its name. No dot follows an empty path or one that ends in <c>_</c>.</summary>
    public string? Place { get; init; }

    /// <summary>For a U-Net: the user's block that it is made of.</summary>
    public BlockContract? Inner { get; init; }

    /// <summary>For a block and what is built of blocks: the network whose module it builds.</summary>
    public BlockContract? Module => IsFunction ? null : Block;

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
    /// <summary>Elements of a list of numbers that need not be whole.</summary>
    public EquatableArray<double> Numbers { get; init; }
}
