using CM.Generators.Diagnostics;
using Microsoft.CodeAnalysis;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Experiments.Axes;

/// <summary>An attribute of an experiment, where it was found.</summary>
/// <param name="Attribute">The attribute.</param>
/// <param name="Site">Its place.</param>
/// <param name="Depth">Depth, 0 for the record itself, 1 for its base, and so on.</param>
/// <param name="Findings">The list that findings go to.</param>
internal sealed record AxisAttribute(AttributeData Attribute, int Site, int Depth, List<Finding> Findings)
{
    /// <summary>The attribute's name without its ending.</summary>
    public string Kind => Attribute.AttributeClass!.Name.Replace("Attribute", "");

    /// <summary>The first type argument.</summary>
    public INamedTypeSymbol? Type => Attribute.AttributeClass!.TypeArguments.FirstOrDefault() as INamedTypeSymbol;

    /// <summary>The first argument of the constructor, validated; NaN where it is missing, which the C# compiler reports.</summary>
    public double Positional(string what, Func<double, bool> fits, string range) =>
        Attribute.ConstructorArguments is { Length: > 0 } given ? Checked(what, given[0], fits, range) : double.NaN;

    /// <summary>A property, validated; null where it is not given.</summary>
    public double? Named(string property, Func<double, bool> fits, string range) =>
        AttributeReader.Named(Attribute, property) is { } given ? Checked(property, given, fits, range) : null;

    /// <summary>True where a property is given as true.</summary>
    public bool Has(string property) => AttributeReader.Named(Attribute, property)?.Value is true;

    /// <summary>A value, validated.</summary>
    public double Checked(string what, TypedConstant given, Func<double, bool> fits, string range)
    {
        var value = AttributeReader.Real(given);
        if (!fits(value))
            Findings.Add(new("CM5008", Site, what, Number(value), range));
        return value;
    }

    /// <summary>The place of this attribute or of another one that is declared nearer to the record.</summary>
    public int SiteOr(AxisAttribute? cause) => cause is not null && cause.Depth < Depth ? cause.Site : Site;
}
