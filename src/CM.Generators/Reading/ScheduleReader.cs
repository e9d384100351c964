using CM.Generators.Checking;
using CM.Generators.Times;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CM.Generators.Reading;

/// <summary>Reads a record with <c>[TimeSchedule]</c>.</summary>
internal static class ScheduleReader
{
    public const string Attribute = "TimeScheduleAttribute";

    /// <summary>Reads the record; null if it is none. A schedule of another assembly comes without formulas.</summary>
    public static Schedule? Read(INamedTypeSymbol type, Sites sites, CancellationToken cancellation)
    {
        if (Declared(type, Attribute) is not { } attribute || attribute.ConstructorArguments.Length < 2)
            return null;

        var problems = new List<Problem>();
        var name = sites.Add(type.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) is TypeDeclarationSyntax syntax
            ? syntax.Identifier.GetLocation()
            : type.Locations.FirstOrDefault() ?? Location.None);
        if (!IsPartialRecord(type, cancellation))
            problems.Add(new("CM4001", name, type.Name));
        if (!type.AllInterfaces.Any(implemented => implemented is { Name: "ITimeSchedule", ContainingNamespace: { Name: "Dsl", ContainingNamespace.Name: "CM" } }))
            problems.Add(new("CM4002", name, type.Name));

        var formulas = new ScheduleFormulaReader(type, sites, cancellation);
        return new Schedule(RecordName.Of(type), name)
        {
            From = Real(attribute.ConstructorArguments[0]),
            To = Real(attribute.ConstructorArguments[1]),
            DataDeviation = Named(attribute, "DataDeviation") is { } deviation ? Real(deviation) : 0.5,
            Said = Named(attribute, "Preconditioning")?.Value is int said ? (Preconditioning)said : null,
            Law = ReadLaw(type, name, sites, problems),
            Signal = PerSample("Signal", "double"),
            Noise = PerSample("Noise", "double"),
            Earlier = PerSample("Earlier", "double", "int"),
            Weight = PerSample("Weight", "double", "double"),
            Keep = PerSample("Keep", "double"),
            Give = PerSample("Give", "double"),
            Feed = PerSample("Feed", "double"),
            Stage = Once("Stage", "double"),
            Grid = Once("Grid", "double"),
            Cuts = Once("Cuts", "int", "int"),
            AttributeSite = sites.Add(attribute, type),
            Problems = problems.ToEquatable(),
        };

        Formulated? PerSample(string method, params string[] parameters) =>
            Find(type, method, parameters) is { } found ? formulas.PerSample(found, problems) : null;

        Formulated? Once(string method, params string[] parameters) =>
            Find(type, method, parameters) is { } found ? formulas.Once(found) : null;
    }

    /// <summary>An attribute of CM.Dsl on a type, by its class name.</summary>
    public static AttributeData? Declared(ISymbol symbol, string attribute) =>
        symbol.GetAttributes().FirstOrDefault(given => given.AttributeClass is { ContainingNamespace: { Name: "Dsl", ContainingNamespace.Name: "CM" } } made && made.Name == attribute);

    /// <summary>A named argument, or null where it is not given.</summary>
    public static TypedConstant? Named(AttributeData attribute, string name)
    {
        foreach (var argument in attribute.NamedArguments)
        {
            if (argument.Key == name)
                return argument.Value;
        }

        return null;
    }

    /// <summary>A number, whatever type it was written in.</summary>
    public static double Real(TypedConstant constant) => constant.Value switch
    {
        double real => real,
        int whole => whole,
        _ => double.NaN,
    };

    public static bool IsPartialRecord(INamedTypeSymbol type, CancellationToken cancellation) =>
        type.IsRecord && type.DeclaringSyntaxReferences.All(part =>
            part.GetSyntax(cancellation) is TypeDeclarationSyntax declared && declared.Modifiers.Any(SyntaxKind.PartialKeyword));

    private static Law? ReadLaw(INamedTypeSymbol type, int site, Sites sites, List<Problem> problems)
    {
        AttributeData[] given = [.. new[] { "LogNormalAttribute", "LogStudentTAttribute", "UniformAttribute" }.Select(name => Declared(type, name)).OfType<AttributeData>()];
        if (given.Length != 1)
        {
            problems.Add(new("CM4005", given.Length == 0 ? site : sites.Add(given[given.Length - 1], type), type.Name, given.Length switch { 0 => "none", 2 => "two", _ => "three" }));
            return null;
        }

        var arguments = given[0].ConstructorArguments;
        switch (given[0].AttributeClass!.Name)
        {
            case "LogNormalAttribute" when arguments.Length == 2:
                AboveZero(arguments[1], "the deviation of ln t");
                return new LogNormalLaw(Real(arguments[0]), Real(arguments[1]), Named(given[0], "Truncated")?.Value is true);
            case "LogStudentTAttribute" when arguments.Length == 3:
                AboveZero(arguments[1], "the scale of ln t");
                AboveZero(arguments[2], "the number of degrees of freedom");
                return new LogStudentTLaw(Real(arguments[0]), Real(arguments[1]), Real(arguments[2]));
            case "UniformAttribute":
                return new UniformLaw();
            default:
                return null;
        }

        void AboveZero(TypedConstant argument, string what)
        {
            if (!(Real(argument) > 0))
                problems.Add(new("CM4003", sites.Add(given[0], type), $"{what} is {Writing.CodeWriter.Number(Real(argument))} but must be above 0"));
        }
    }

    private static IMethodSymbol? Find(INamedTypeSymbol type, string name, string[] parameters) =>
        type.GetMembers(name).OfType<IMethodSymbol>().FirstOrDefault(method => method.IsStatic && method.Parameters.Select(parameter => parameter.Type.ToDisplayString()).SequenceEqual(parameters));
}
