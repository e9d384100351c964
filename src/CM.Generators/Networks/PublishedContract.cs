using CM.Generators.Shapes;
using CM.Generators.Values;
using Microsoft.CodeAnalysis;

namespace CM.Generators.Networks;

/// <summary>
/// The contract of a network in another assembly. Its <c>Forward</c> is private and may be gone from a reference assembly, so the
/// generated module publishes the contract in an attribute.
/// </summary>
internal static class PublishedContract
{
    public static BlockContract? Read(INamedTypeSymbol network)
    {
        var attribute = network.GetTypeMembers("Module").SelectMany(module => module.GetAttributes())
            .FirstOrDefault(each => AttributeReader.DslName(each.AttributeClass) == "ContractAttribute");
        if (attribute is null)
            return null;
        var words = attribute.NamedArguments.ToDictionary(named => named.Key, named => named.Value);
        return new(network.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat), Texts(words, "Parameters").ToEquatable(),
            Texts(words, "Inputs").Select(ReadShape).ToEquatable(), Texts(words, "Outputs").Select(ReadShape).ToEquatable(),
            Size((string?)attribute.ConstructorArguments[0].Value), Size((string?)attribute.ConstructorArguments[1].Value), Size((string?)attribute.ConstructorArguments[2].Value),
            Texts(words, "Constraints").Select(ReadDuty).ToEquatable(), -1);
    }

    /// <summary>The attribute's text for a contract.</summary>
    public static string Write(CheckedNetwork network) =>
        $"Contract(\"{network.Count}\", \"{network.Work}\", \"{Activations.Of(network).Within}\", Parameters = [{Quoted(network.Plan.Parameters)}], Inputs = [{Quoted(network.InputShapes.Select(WriteShape))}], "
        + $"Outputs = [{Quoted(network.OutputShapes.Select(WriteShape))}], Constraints = [{Quoted(network.Constraints.Select(constraint => $"{constraint.Kind}|{constraint.Left}|{constraint.Right}|{constraint.MessageArguments}"))}])";

    private static string Quoted(IEnumerable<string> texts) => string.Join(", ", texts.Select(Literals.Quote));

    private static IEnumerable<string> Texts(IReadOnlyDictionary<string, TypedConstant> words, string name) =>
        words.TryGetValue(name, out var value) && !value.IsNull ? value.Values.Select(each => (string?)each.Value ?? "") : [];

    private static string WriteShape(Shape shape) => string.Join(",", shape.Sizes);

    private static Shape ReadShape(string text) => Shape.Of(text.Split(',').Select(Size));

    private static Constraint ReadDuty(string text)
    {
        var parts = text.Split('|');
        return new((ConstraintKind)Enum.Parse(typeof(ConstraintKind), parts[0]), Size(parts[1]), Size(parts[2]), -1, parts[3]);
    }

    private static Dim Size(string? text) => DimText.TryParse(text ?? "", out var dim) ? dim : Dim.Unknown;
}
