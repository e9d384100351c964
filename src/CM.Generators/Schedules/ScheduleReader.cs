using CM.Generators.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CM.Generators.Schedules;

/// <summary>Reads a record with <c>[TimeSchedule]</c>.</summary>
internal static class ScheduleReader
{
    public const string Attribute = "TimeScheduleAttribute";

    /// <summary>Reads the record; null if it is none. A schedule of another assembly comes without formulas.</summary>
    public static Schedule? Read(INamedTypeSymbol type, SourceSites sites, CancellationToken cancellation)
    {
        if (AttributeReader.Declared(type, Attribute) is not { } attribute || attribute.ConstructorArguments.Length < 2)
            return null;

        var findings = new List<Finding>();
        var name = sites.Add(type.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) is TypeDeclarationSyntax syntax
            ? syntax.Identifier.GetLocation()
            : type.Locations.FirstOrDefault() ?? Location.None);
        if (!AttributeReader.IsPartialRecord(type, cancellation))
            findings.Add(new("CM4001", name, type.Name));
        if (!type.AllInterfaces.Any(implemented => implemented is { Name: "ITimeSchedule", ContainingNamespace: { Name: "Dsl", ContainingNamespace.Name: "CM" } }))
            findings.Add(new("CM4002", name, type.Name));

        var formulas = new ScheduleFormulaReader(type, sites, cancellation);
        return new Schedule(RecordName.Of(type), name)
        {
            From = AttributeReader.Real(attribute.ConstructorArguments[0]),
            To = AttributeReader.Real(attribute.ConstructorArguments[1]),
            SigmaData = AttributeReader.Named(attribute, "SigmaData") is { } deviation ? AttributeReader.Real(deviation) : 0.5,
            Said = AttributeReader.Named(attribute, "Preconditioning")?.Value is int said ? (Preconditioning)said : null,
            Law = ReadLaw(type, name, sites, findings),
            Alpha = PerSample("Alpha", "double"),
            Sigma = PerSample("Sigma", "double"),
            TeacherTime = PerSample("TeacherTime", "double", "int"),
            Weight = PerSample("Weight", "double", "double"),
            CSkip = PerSample("CSkip", "double"),
            COut = PerSample("COut", "double"),
            CIn = PerSample("CIn", "double"),
            Stage = Once("Stage", "double"),
            Discretization = Once("Discretization", "double"),
            Intervals = Once("Intervals", "int", "int"),
            AttributeSite = sites.Add(attribute, type),
            Findings = findings.ToEquatable(),
        };

        Formulated? PerSample(string method, params string[] parameters) =>
            Find(type, method, parameters) is { } found ? formulas.PerSample(found, findings) : null;

        Formulated? Once(string method, params string[] parameters) =>
            Find(type, method, parameters) is { } found ? formulas.Once(found) : null;
    }

    private static Law? ReadLaw(INamedTypeSymbol type, int site, SourceSites sites, List<Finding> findings)
    {
        AttributeData[] given = [.. new[] { "LogNormalAttribute", "LogStudentTAttribute", "UniformAttribute" }.Select(name => AttributeReader.Declared(type, name)).OfType<AttributeData>()];
        if (given.Length != 1)
        {
            findings.Add(new("CM4005", given.Length == 0 ? site : sites.Add(given[given.Length - 1], type), type.Name, given.Length switch { 0 => "none", 2 => "two", _ => "three" }));
            return null;
        }

        var arguments = given[0].ConstructorArguments;
        switch (given[0].AttributeClass!.Name)
        {
            case "LogNormalAttribute" when arguments.Length == 2:
                AboveZero(arguments[1], "the deviation of ln t");
                return new LogNormalLaw(AttributeReader.Real(arguments[0]), AttributeReader.Real(arguments[1]), AttributeReader.Named(given[0], "Truncated")?.Value is true);
            case "LogStudentTAttribute" when arguments.Length == 3:
                AboveZero(arguments[1], "the scale of ln t");
                AboveZero(arguments[2], "the number of degrees of freedom");
                return new LogStudentTLaw(AttributeReader.Real(arguments[0]), AttributeReader.Real(arguments[1]), AttributeReader.Real(arguments[2]));
            case "UniformAttribute":
                return new UniformLaw();
            default:
                return null;
        }

        void AboveZero(TypedConstant argument, string what)
        {
            if (!(AttributeReader.Real(argument) > 0))
                findings.Add(new("CM4003", sites.Add(given[0], type), $"{what} is {Literals.Number(AttributeReader.Real(argument))} but must be above 0"));
        }
    }

    private static IMethodSymbol? Find(INamedTypeSymbol type, string name, string[] parameters) =>
        type.GetMembers(name).OfType<IMethodSymbol>().FirstOrDefault(method => method.IsStatic && method.Parameters.Select(parameter => parameter.Type.ToDisplayString()).SequenceEqual(parameters));
}
