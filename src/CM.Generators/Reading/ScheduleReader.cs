using CM.Generators.Checking;
using CM.Generators.Times;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CM.Generators.Reading;

/// <summary>Reads a record with <c>[TimeSchedule]</c>.</summary>
internal static class ScheduleReader
{
    public const string Attribute = "CM.Dsl.TimeScheduleAttribute";

    /// <summary>Reads the record; null if it is none. A schedule of another assembly comes without formulas.</summary>
    public static Schedule? Read(INamedTypeSymbol type, Sites sites, CancellationToken cancellation)
    {
        if (Declared(type, "TimeScheduleAttribute") is not { } attribute || attribute.ConstructorArguments.Length < 2)
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
        var (logNormal, uniform) = (Declared(type, "LogNormalAttribute"), Declared(type, "UniformAttribute"));
        if (logNormal is null == uniform is null)
        {
            problems.Add(new("CM4005", uniform is null ? site : sites.Add(uniform, type), type.Name, uniform is null ? "none" : "two"));
            return null;
        }

        if (logNormal is null)
            return new UniformLaw();
        if (logNormal.ConstructorArguments.Length < 2)
            return null;
        var law = new LogNormalLaw(Real(logNormal.ConstructorArguments[0]), Real(logNormal.ConstructorArguments[1]));
        if (!(law.Deviation > 0))
            problems.Add(new("CM4003", sites.Add(logNormal, type), $"the deviation of ln t is {Writing.CodeWriter.Number(law.Deviation)} but must be above 0"));
        return law;
    }

    private static IMethodSymbol? Find(INamedTypeSymbol type, string name, string[] parameters) =>
        type.GetMembers(name).OfType<IMethodSymbol>().FirstOrDefault(method => method.IsStatic && method.Parameters.Select(parameter => parameter.Type.ToDisplayString()).SequenceEqual(parameters));
}
