using CM.Generators.Checking;
using CM.Generators.Couplings;
using CM.Generators.Shapes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CM.Generators.Reading;

/// <summary>Reads a <c>[Coupling]</c> record into a plan.</summary>
internal static class CouplingReader
{
    public const string Attribute = "CM.Dsl.CouplingAttribute";

    public static bool IsCoupling(INamedTypeSymbol type) =>
        type.GetAttributes().Any(attribute => NetworkReader.DslName(attribute.AttributeClass) == "CouplingAttribute" && !attribute.AttributeClass!.IsGenericType);

    public static CouplingPlan Read(INamedTypeSymbol type, Sites sites, CancellationToken cancellation)
    {
        var name = sites.Add(type.Locations[0]);
        if (!ScheduleReader.IsPartialRecord(type, cancellation))
            return new(RecordName.Of(type), [], null, false, name) { Problems = [new Problem("CM3002", name, type.Name)] };

        var (parts, problems) = NetworkReader.ReadParts(type, sites, cancellation);
        problems.AddRange(parts.Select(part => PartKind.Find(part.Kind)?.Validate(part)).OfType<Problem>());
        foreach (var part in parts.Where(part => part.Kind != "Block" && PartKind.Find(part.Kind) is null))
            problems.Add(new Problem("CM3004", part.Site, part.Name, "a coupling has no layers of its own; put it into a network and use that as a block"));
        foreach (var part in parts.Where(part => part.Repeat is not null))
            problems.Add(new Problem("CM3004", part.Site, part.Name, "a part of a coupling cannot be repeated; put the copies into a network"));

        var couple = type.GetMembers("Couple").OfType<IMethodSymbol>().FirstOrDefault();
        if (couple is null || !IsReadable(couple))
        {
            problems.Add(new Problem("CM3001", couple is null ? name : sites.Add(couple.Locations[0]), type.Name));
            return new(RecordName.Of(type), parts, null, false, name) { Problems = problems.ToEquatable() };
        }

        var syntax = (MethodDeclarationSyntax)couple.DeclaringSyntaxReferences[0].GetSyntax(cancellation);
        var inputs = couple.Parameters.Take(2).Select(flow => Input(flow.Name, flow)).ToList();
        var times = couple.Parameters.Length > 2 ? couple.Parameters[2] : null;
        if (times is not null)
            inputs.AddRange([Input(times.Name + ".Earlier", times), Input(times.Name + ".Later", times)]);
        var (bindings, result) = new FlowReader(type, sites, problems, times?.Name).Read(syntax);
        var site = sites.Add(syntax.Identifier.GetLocation());
        return new(RecordName.Of(type), parts, new(inputs.ToEquatable(), bindings, result, [], site, site), times is not null, name) { Problems = problems.ToEquatable() };

        InputPlan Input(string called, IParameterSymbol parameter) => new(called, [], sites.Add(parameter.Locations[0]));
    }

    private static bool IsReadable(IMethodSymbol couple) =>
        NetworkReader.DslName(couple.ReturnType) == "Pair" && couple.Parameters.Length is 2 or 3
        && couple.Parameters.Select((parameter, i) => NetworkReader.DslName(parameter.Type) == (i < 2 ? "Flow" : "Times")).All(fits => fits);
}
