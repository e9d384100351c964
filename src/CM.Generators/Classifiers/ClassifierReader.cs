using CM.Generators.Diagnostics;
using CM.Generators.Networks;
using CM.Generators.Values;
using Microsoft.CodeAnalysis;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Classifiers;

/// <summary>Reads a network with <c>[Classifier]</c>.</summary>
internal static class ClassifierReader
{
    public const string Attribute = "ClassifierAttribute`2";

    /// <summary>The property that the generator adds.</summary>
    public const string Property = "Classification";

    /// <summary>Reads the record; null if it is none.</summary>
    public static Classifier? Read(INamedTypeSymbol type, SourceSites sites, CancellationToken cancellation)
    {
        if (AttributeReader.Declared(type, "ClassifierAttribute") is not { AttributeClass: { IsGenericType: true } made } attribute
            || made.TypeArguments[0] is not INamedTypeSymbol { TypeKind: not TypeKind.Error } data || made.TypeArguments[1] is not INamedTypeSymbol { TypeKind: not TypeKind.Error } test)
            return null;
        var site = sites.Add(attribute, type);
        var contract = NetworkReader.IsNetwork(type) ? NetworkReader.ReadContract(type, new SourceSites(), cancellation) : null;
        var shape = Example(data);
        var complaint = !NetworkReader.IsNetwork(type) ? "it has no [Network]"
            : contract is null ? null
            : NumberComplaint(attribute) ?? FormComplaint(contract) ?? DataComplaint(data, contract) ?? DataComplaint(test, contract);
        var classifier = new Classifier(RecordName.Of(type), RecordName.Listed(type) is not null) { Findings = complaint is null ? [] : new[] { new Finding("CM6001", site, type.Name, complaint) }.ToEquatable() };
        return contract is null || complaint is not null ? classifier : classifier with
        {
            Fits = true,
            Steps = (int)Setting(attribute, "Steps", 1000),
            Batch = (int)Setting(attribute, "Batch", 128),
            LearningRate = Setting(attribute, "LearningRate", 1e-3),
            Seed = (int)Setting(attribute, "Seed", 1),
            Data = data.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat),
            Test = test.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat),
            Shape = shape.ToEquatable(),
            Classes = (int)contract.Outputs[1][1].Size.Value!,
            Features = (int)contract.Outputs[0][1].Size.Value!,
        };
    }

    /// <summary>Whether examples of this shape go into a network with <c>[Classifier]</c>.</summary>
    public static bool Takes(INamedTypeSymbol classifier, int[] shape) =>
        AttributeReader.Declared(classifier, "ClassifierAttribute")?.AttributeClass is { IsGenericType: true } made && made.TypeArguments[0] is INamedTypeSymbol data && Example(data).SequenceEqual(shape);

    private static string? NumberComplaint(AttributeData attribute) =>
        Setting(attribute, "Steps", 1) < 1 ? "Steps must be 1 or more"
        : Setting(attribute, "Batch", 1) < 1 ? "Batch must be 1 or more"
        : !(Setting(attribute, "LearningRate", 1) > 0) ? $"LearningRate is {Number(Setting(attribute, "LearningRate", 1))} but must be above 0"
        : null;

    private static string? FormComplaint(BlockContract contract) =>
        contract.Inputs.Count == 1 && contract.Outputs.Count == 2 && contract.Outputs.All(output => output.Rank == 2 && output[1].Size.Value is > 0)
            ? null
            : $"it must take examples [B, …] and give features [B, d] and logits [B, classes], and it takes {string.Join(", ", contract.Inputs)} and gives {string.Join(", ", contract.Outputs)}";

    private static string? DataComplaint(INamedTypeSymbol data, BlockContract contract)
    {
        var classes = AttributeReader.Declared(data, "ClassesAttribute")?.ConstructorArguments.FirstOrDefault().Value as int?;
        var (example, input) = (Example(data), contract.Inputs[0]);
        if (example.Length == 0 || classes is null)
            return $"'{data.Name}' carries no {(classes is null ? "[Classes(n)]" : "[Shape]")}";
        if (classes != contract.Outputs[1][1].Size.Value)
            return $"'{data.Name}' has {classes} classes and the logits are {contract.Outputs[1]}";
        return input.Rank == example.Length + 1 && example.Select((size, axis) => input[axis + 1].Size.Value is not { } wanted || wanted == size).All(fits => fits)
            ? null
            : $"'{data.Name}' gives examples [{string.Join(", ", example)}] and it takes {input}";
    }

    private static int[] Example(INamedTypeSymbol data) =>
        AttributeReader.Declared(data, "ShapeAttribute")?.ConstructorArguments.FirstOrDefault() is { Kind: TypedConstantKind.Array, IsNull: false } axes
            ? [.. axes.Values.Select(axis => axis.Value is int size ? size : 0)]
            : [];

    private static double Setting(AttributeData attribute, string name, double usual) => AttributeReader.Named(attribute, name) is { } given ? AttributeReader.Real(given) : usual;
}
