using CM.Generators.Diagnostics;
using CM.Generators.Shapes;
using Microsoft.CodeAnalysis;

namespace CM.Generators.Experiments.Axes;

/// <summary>
/// An experiment record with its ancestors that are experiments too, most derived first: for each axis the first record that names it
/// counts.
/// </summary>
internal sealed class ExperimentLine
{
    public const string Attribute = "ExperimentAttribute";

    private readonly INamedTypeSymbol[] line;

    public ExperimentLine(INamedTypeSymbol type, SourceSites sites, CancellationToken cancellation)
    {
        (Type, SourceSites, Cancellation) = (type, sites, cancellation);
        line = [.. Of(type)];
        Name = sites.Add(type.Locations.FirstOrDefault() ?? Location.None);
    }

    public INamedTypeSymbol Type { get; }

    /// <summary>The place of the record's name.</summary>
    public int Name { get; }

    public SourceSites SourceSites { get; }

    public CancellationToken Cancellation { get; }

    public List<Finding> Findings { get; } = [];

    /// <summary>True when a base record can run and has the members that are generated.</summary>
    public bool HidesBase => line.Skip(1).Any(ancestor => !ancestor.IsAbstract);

    public bool HasErrors => Findings.Any(finding => finding.IsError);

    /// <summary>A type and its ancestors that are experiments too, most derived first.</summary>
    public static IEnumerable<INamedTypeSymbol> Of(INamedTypeSymbol type)
    {
        for (var each = type; each is not null; each = each.BaseType)
        {
            if (AttributeReader.Declared(each, Attribute) is not null)
                yield return each;
        }
    }

    /// <summary>The first of some attributes along a line of records; null where none is given.</summary>
    public static AttributeData? Inherited(IEnumerable<INamedTypeSymbol> line, params string[] kinds) =>
        line.Select(each => Given(each, kinds).FirstOrDefault()).FirstOrDefault(given => given is not null);

    /// <summary>The value of an axis; a finding where it is missing or given twice in one record.</summary>
    /// <param name="axis">The axis in messages.</param>
    /// <param name="remedy">The attributes in messages.</param>
    /// <param name="required">True for an axis that every experiment has.</param>
    /// <param name="kinds">Attributes without their ending.</param>
    public AxisAttribute? Find(string axis, string remedy, bool required, params string[] kinds) => Find(axis, remedy, required, kinds, []);

    private AxisAttribute? Find(string axis, string remedy, bool required, string[] kinds, string[] offers)
    {
        for (var depth = 0; depth < line.Length; depth++)
        {
            var given = Given(line[depth], kinds).ToArray();
            if (given.Length == 0)
                continue;
            var first = At(given[0], depth);
            if (given.Length > 1)
                Findings.Add(new("CM5003", SourceSites.Add(given[given.Length - 1], line[depth]), line[depth].Name, axis));
            return first;
        }

        if (required && !Type.IsAbstract)
            Findings.Add(new("CM5002", Name, Type.Name, axis, remedy) { Hints = [axis, .. offers] });
        return null;
    }

    /// <summary>The value of an axis whose attributes are <see cref="AxisKind"/>s.</summary>
    public AxisAttribute? Find<TKind>(string axis, bool required)
        where TKind : AxisKind
    {
        var kinds = AxisKind.All<TKind>();
        var examples = kinds.Select(kind => kind.Example).ToArray();
        var remedy = examples.Length == 1 ? examples[0] : string.Join(", ", examples.Take(examples.Length - 1)) + " or " + examples[examples.Length - 1];
        return Find(axis, remedy, required, [.. kinds.Select(kind => kind.Name)], [.. kinds.Select(kind => kind.Offer).OfType<string>()]);
    }

    /// <summary>All attributes of an axis in the first record that has any.</summary>
    public IReadOnlyList<AxisAttribute> FindAll(params string[] kinds)
    {
        for (var depth = 0; depth < line.Length; depth++)
        {
            if (Given(line[depth], kinds).Select(given => At(given, depth)).ToArray() is { Length: > 0 } found)
                return found;
        }

        return [];
    }

    /// <summary>A property of <c>[Experiment]</c>, which records inherit one by one.</summary>
    public (AxisAttribute Attribute, TypedConstant Value)? Property(string property)
    {
        for (var depth = 0; depth < line.Length; depth++)
        {
            var attribute = AttributeReader.Declared(line[depth], Attribute)!;
            if (AttributeReader.Named(attribute, property) is { } value)
                return (At(attribute, depth), value);
        }

        return null;
    }

    /// <summary>An attribute of the record itself.</summary>
    public AxisAttribute At(AttributeData attribute, int depth = 0) => new(attribute, SourceSites.Add(attribute, line[depth]), depth, Findings);

    /// <summary>Name of the record that has an attribute.</summary>
    public string NameAt(AxisAttribute attribute) => line[attribute.Depth].Name;

    /// <summary>
    /// True when the record that has an attribute is abstract, so that what it leaves open is found where it is filled in.
    /// </summary>
    public bool IsOpen(AxisAttribute attribute) => attribute.Depth > 0 && line[attribute.Depth].IsAbstract;

    /// <summary>
    /// A type as it is written in generated code: its short name where the record's namespace sees it, else the full one.
    /// </summary>
    public string Code(INamedTypeSymbol used)
    {
        for (var space = Type.ContainingNamespace; space is not null && used is { ContainingType: null, IsGenericType: false }; space = space.ContainingNamespace)
        {
            if (SymbolEqualityComparer.Default.Equals(space, used.ContainingNamespace))
                return Literals.EscapeType(used.Name);
        }

        return used.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
    }

    /// <summary>Shape of one example of the data; empty where it is not declared.</summary>
    public static int[] Example(AxisAttribute? data) =>
        data?.Type is { } source && AttributeReader.Declared(source, "ShapeAttribute")?.ConstructorArguments.FirstOrDefault() is { Kind: TypedConstantKind.Array, IsNull: false } axes
            ? [.. axes.Values.Select(axis => axis.Value is int size ? size : 0)]
            : [];

    /// <summary>Classes that the labels of the data name; 0 where there are none.</summary>
    public static int Classes(AxisAttribute? data) =>
        data?.Type is { } source && AttributeReader.Declared(source, "ClassesAttribute")?.ConstructorArguments.FirstOrDefault().Value is int count ? count : 0;

    public static Shape BatchOf(int[] example) => Shape.Of(new[] { Dim.Of("B") }.Concat(example.Select(size => (Dim)size)));

    private static IEnumerable<AttributeData> Given(INamedTypeSymbol record, string[] kinds) => record.GetAttributes().Where(attribute =>
        attribute.AttributeClass is { ContainingNamespace: { Name: "Dsl", ContainingNamespace.Name: "CM" } } made && kinds.Contains(made.Name.Replace("Attribute", ""))
        && (made.Name is not "CouplingAttribute" || made.IsGenericType));
}
