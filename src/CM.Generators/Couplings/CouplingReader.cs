using CM.Generators.Diagnostics;
using CM.Generators.Networks;
using CM.Generators.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CM.Generators.Couplings;

/// <summary>Reads a <c>[Coupling]</c> record into a plan.</summary>
internal static class CouplingReader
{
    public const string Attribute = "CouplingAttribute";

    public static bool IsCoupling(INamedTypeSymbol type) =>
        type.GetAttributes().Any(attribute => AttributeReader.DslName(attribute.AttributeClass) == Attribute && !attribute.AttributeClass!.IsGenericType);

    /// <summary>Reads the record and the couplings it nests. One of another assembly is read from what its generator published.</summary>
    public static CouplingPlan Read(INamedTypeSymbol type, SourceSites sites, CancellationToken cancellation) => Read(type, sites, [], cancellation);

    private static CouplingPlan Read(INamedTypeSymbol type, SourceSites sites, IReadOnlyCollection<INamedTypeSymbol> around, CancellationToken cancellation)
    {
        var name = sites.Add(type.Locations[0]);
        if (!AttributeReader.IsPartialRecord(type, cancellation))
            return new(RecordName.Of(type), [], null, false, name) { Findings = [new Finding("CM3002", name, type.Name)] };

        var (parts, findings) = NetworkReader.ReadParts(type, sites, cancellation);
        findings.AddRange(parts.Select(part => PartKind.Find(part.Kind)?.Validate(part)).OfType<Finding>());
        foreach (var part in parts.Where(part => PartKind.Find(part.Kind) is null))
            findings.Add(new Finding("CM3004", part.Site, part.Name, "a coupling has no layers of its own; put it into a network and use that as a block"));
        foreach (var part in parts.Where(part => part.Repeat is not null))
            findings.Add(new Finding("CM3004", part.Site, part.Name, "a part of a coupling cannot be repeated; put the copies into a network"));
        var nested = parts.Where(part => part.Kind == nameof(Nested)).Select(part => ReadNested(type, part, sites, [.. around, type], findings, cancellation)).OfType<NestedCoupling>().ToEquatable();

        if (FindCouple(type, cancellation) is not var (couple, hasTimes, hasLabels))
        {
            var place = type.GetMembers("Couple").OfType<IMethodSymbol>().FirstOrDefault();
            findings.Add(new Finding("CM3001", place is null ? name : sites.Add(place.Locations[0]), type.Name));
            return new(RecordName.Of(type), parts, null, false, name) { Findings = findings.ToEquatable() };
        }

        var parameters = couple.ParameterList.Parameters;
        var inputs = parameters.Take(2).Select(flow => Input(flow.Identifier.ValueText, flow)).ToList();
        var times = hasTimes ? parameters[2] : null;
        var labels = hasLabels ? parameters.Last() : null;
        if (times is not null)
            inputs.AddRange([Input(times.Identifier.ValueText + ".R", times), Input(times.Identifier.ValueText + ".T", times)]);
        if (labels is not null)
            inputs.Add(Input(labels.Identifier.ValueText, labels));
        var (bindings, result) = new ValueReader(type, new FunctionReader(type, [], sites, findings), sites, findings, times?.Identifier.ValueText).Read(couple);
        var site = sites.Add(couple.Identifier.GetLocation());
        return CouplingLinker.Link(new(RecordName.Of(type), parts, new(inputs.ToEquatable(), bindings, result, [], site, site), times is not null, name)
        {
            HasLabels = hasLabels,
            Nested = nested,
            Findings = findings.ToEquatable(),
            Text = ValueText.Couple(inputs.Take(2).Select(input => input.Name).ToArray(), times?.Identifier.ValueText, labels?.Identifier.ValueText, bindings, result),
        });

        InputPlan Input(string called, ParameterSyntax parameter) => new(called, [], sites.Add(parameter.Identifier.GetLocation()));
    }

    private static NestedCoupling? ReadNested(INamedTypeSymbol owner, LayerPlan part, SourceSites sites, IReadOnlyCollection<INamedTypeSymbol> around, List<Finding> findings, CancellationToken cancellation)
    {
        var kind = owner.GetMembers(part.Name).OfType<IPropertySymbol>().SelectMany(property => property.GetAttributes())
            .FirstOrDefault(attribute => AttributeReader.DslName(attribute.AttributeClass) == "NestedAttribute")?.AttributeClass!.TypeArguments.FirstOrDefault() as INamedTypeSymbol;
        if (kind is null or { TypeKind: TypeKind.Error })
            return null;
        if (Coupling.Find(kind.ToDisplayString()) is not null)
            return new(part.Name, kind.Name, null);
        var complaint = !IsCoupling(kind) ? $"'{kind.Name}' has no [Coupling]"
            : around.Any(each => SymbolEqualityComparer.Default.Equals(each, kind)) ? $"'{kind.Name}' would contain itself"
            : null;
        if (complaint is null)
            return new(part.Name, kind.Name, Read(kind, sites, around, cancellation));
        findings.Add(new Finding("CM3004", part.Site, part.Name, complaint));
        return null;
    }

    // Parsed again where it comes from another assembly, in which a private method may be gone.
    private static (MethodDeclarationSyntax Couple, bool HasTimes, bool HasLabels)? FindCouple(INamedTypeSymbol type, CancellationToken cancellation)
    {
        if (type.DeclaringSyntaxReferences.Length == 0)
        {
            return AttributeReader.Declared(type, "CoupleAttribute")?.ConstructorArguments.FirstOrDefault().Value is string text && SyntaxFactory.ParseMemberDeclaration(text) is MethodDeclarationSyntax parsed
                ? Found(parsed, parsed.ParameterList.Parameters.Select(parameter => parameter.Type!.ToString()))
                : null;
        }

        var couple = type.GetMembers("Couple").OfType<IMethodSymbol>().FirstOrDefault();
        return couple is not null && AttributeReader.DslName(couple.ReturnType) == "Pair"
            ? Found((MethodDeclarationSyntax)couple.DeclaringSyntaxReferences[0].GetSyntax(cancellation), couple.Parameters.Select(parameter => AttributeReader.DslName(parameter.Type)))
            : null;

        static (MethodDeclarationSyntax, bool, bool)? Found(MethodDeclarationSyntax couple, IEnumerable<string?> types) => string.Join(", ", types) switch
        {
            "Value, Value" => (couple, false, false),
            "Value, Value, TimePair" => (couple, true, false),
            "Value, Value, Value" => (couple, false, true),
            "Value, Value, TimePair, Value" => (couple, true, true),
            _ => null,
        };
    }
}
