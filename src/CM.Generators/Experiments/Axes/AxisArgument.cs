using CM.Generators.Networks.Layers;

namespace CM.Generators.Experiments.Axes;

/// <summary>A number in an attribute.</summary>
/// <param name="Name">Name of the constructor's parameter or of the property.</param>
/// <param name="Fits">True for values in range.</param>
/// <param name="Range">The range in words, such as <c>0 or more</c>.</param>
internal sealed record AxisArgument(string Name, Func<double, bool> Fits, string Range)
{
    private AxisArgument(string name)
        : this(name, _ => true, "")
    {
    }

    /// <summary>True for the first argument of the constructor; other arguments are properties.</summary>
    public bool IsPositional { get; init; }

    /// <summary>True for a <c>bool</c>.</summary>
    public bool IsFlag { get; init; }

    /// <summary>The value where the property is not given.</summary>
    public double Default { get; init; }

    /// <summary>A decay or momentum.</summary>
    public static AxisArgument Share(string name, double otherwise = 0) => new(name, value => value is >= 0 and < 1, "from 0 up to, but not including, 1") { Default = otherwise };

    /// <summary>A positive number.</summary>
    public static AxisArgument Positive(string name, double otherwise = 0) => new(name, value => value > 0, "above 0") { Default = otherwise };

    /// <summary>A number that is not negative.</summary>
    public static AxisArgument NonNegative(string name, double otherwise = 0) => new(name, value => value >= 0, "0 or more") { Default = otherwise };

    /// <summary>A count.</summary>
    public static AxisArgument Count(string name, double otherwise = 0) => new(name, value => value >= 1, "1 or more") { Default = otherwise };

    /// <summary>A flag, false unless given.</summary>
    public static AxisArgument Flag(string name) => new(name) { IsFlag = true };

    /// <summary>The same as the constructor's first argument.</summary>
    public AxisArgument First() => this with { IsPositional = true };

    public (string Name, double Value) Read(AxisAttribute attribute) => (Name,
        IsFlag ? attribute.Has(Name) ? 1 : 0
        : IsPositional ? attribute.Positional(Name, Fits, Range)
        : attribute.Named(Name, Fits, Range) ?? Default);

    /// <summary>A property's name as that of a parameter.</summary>
    public static string Camel(string name) => char.ToLowerInvariant(name[0]) + name.Substring(1);
}
