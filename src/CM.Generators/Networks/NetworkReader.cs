using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using CM.Generators.Diagnostics;
using CM.Generators.Shapes;
using CM.Generators.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CM.Generators.Networks;

/// <summary>Reads a <c>[Network]</c> record into a plan.</summary>
internal sealed class NetworkReader
{
    public const string Attribute = "NetworkAttribute";

    // An assembly's symbols live as long as its compilation, so a block that many networks use is worked out once a keystroke.
    private static readonly ConditionalWeakTable<IAssemblySymbol, ConcurrentDictionary<INamedTypeSymbol, BlockContract?>> Contracts = new();

    private readonly INamedTypeSymbol type;
    private readonly SourceSites sites;
    private readonly IReadOnlyCollection<INamedTypeSymbol> around;
    private readonly CancellationToken cancellation;
    private readonly List<Finding> findings = [];
    private readonly List<string> parameters = [];

    private NetworkReader(INamedTypeSymbol type, SourceSites sites, IReadOnlyCollection<INamedTypeSymbol> around, CancellationToken cancellation)
    {
        this.type = type;
        this.sites = sites;
        this.around = around;
        this.cancellation = cancellation;
    }

    public static NetworkPlan Read(INamedTypeSymbol type, SourceSites sites, CancellationToken cancellation) => new NetworkReader(type, sites, [], cancellation).Read();

    /// <summary>Contract of a network that is used as a block; null if its declaration does not say.</summary>
    public static BlockContract? ReadContract(INamedTypeSymbol type, SourceSites sites, CancellationToken cancellation) => Contract(type, sites, [], cancellation);

    /// <summary>Whether the type has <c>[Network]</c>.</summary>
    public static bool IsNetwork(INamedTypeSymbol type) => type.GetAttributes().Any(attribute => AttributeReader.DslName(attribute.AttributeClass) == Attribute);

    /// <summary>The parts of a coupling, and what is wrong with their form.</summary>
    public static (EquatableArray<LayerPlan> Parts, List<Finding> Findings) ReadParts(INamedTypeSymbol coupling, SourceSites sites, CancellationToken cancellation)
    {
        var reader = new NetworkReader(coupling, sites, [], cancellation);
        return (Properties(coupling).Select(reader.ReadLayer).OfType<LayerPlan>().ToEquatable(), reader.findings);
    }

    /// <summary>Layers of a network and of the blocks in it, each block once: kind and arguments alone.</summary>
    public static IEnumerable<LayerPlan> ReadAllLayers(INamedTypeSymbol network, CancellationToken cancellation)
    {
        var (found, seen, rest) = (new List<LayerPlan>(), new HashSet<INamedTypeSymbol>(SymbolEqualityComparer.Default), new Stack<INamedTypeSymbol>([network]));
        while (rest.Count > 0)
        {
            var next = rest.Pop();
            if (!seen.Add(next))
                continue;
            var reader = new NetworkReader(next, new SourceSites(), [], cancellation);
            foreach (var property in Properties(next))
            {
                foreach (var layer in property.GetAttributes().Where(attribute => IsLayer(attribute.AttributeClass)))
                {
                    found.Add(new(property.Name, KindOf(layer), reader.ReadArguments(layer, property), null, null, -1, ""));
                    if (layer.AttributeClass!.TypeArguments.FirstOrDefault() is INamedTypeSymbol block)
                        rest.Push(block);
                }
            }
        }

        return found;
    }

    private static string KindOf(AttributeData layer) => layer.AttributeClass!.Name.Substring(0, layer.AttributeClass.Name.Length - "Attribute".Length);

    private NetworkPlan Read()
    {
        var site = sites.Add(type.Locations[0]);
        if (!IsPartial(type))
            return new(RecordName.Of(type), "", [], [], null, null, site) { Findings = [new Finding("CM1001", site, type.Name)] };
        ReadParameters(site);

        var layers = new List<LayerPlan>();
        foreach (var property in Properties(type))
        {
            cancellation.ThrowIfCancellationRequested();
            if (ReadLayer(property) is not { } layer)
                continue;
            layers.Add(layer);
            if (!LayerKind.NeedsContract(layer) && LayerKind.Find(layer.Kind) is null)
                findings.Add(new Finding("CM3004", layer.Site, layer.Name, "it belongs into a coupling, not into a network"));
        }

        var forward = type.GetMembers("Forward").OfType<IMethodSymbol>().FirstOrDefault();
        var chain = forward is null ? ReadChain(site) : null;
        var wiring = forward is null ? null : ReadForward(forward);
        return new(RecordName.Of(type), Documentation.Of(type), parameters.ToEquatable(), layers.ToEquatable(), wiring, chain, site) { Findings = findings.ToEquatable() };
    }

    // The first of two with one name counts, which the C# compiler refuses.
    private static IEnumerable<IPropertySymbol> Properties(INamedTypeSymbol type) =>
        type.GetMembers().OfType<IPropertySymbol>().GroupBy(property => property.Name).Select(same => same.First());

    private void ReadParameters(int site)
    {
        var constructor = type.InstanceConstructors.FirstOrDefault(each =>
            each.Parameters.Length > 0 && !SymbolEqualityComparer.Default.Equals(each.Parameters[0].Type, type));
        foreach (var parameter in constructor?.Parameters ?? [])
        {
            if (parameters.Contains(parameter.Name))
                continue;
            if (parameter.Type.SpecialType == SpecialType.System_Int32)
                parameters.Add(parameter.Name);
            else
                findings.Add(new Finding("CM1014", parameter.Locations.Length > 0 ? sites.Add(parameter.Locations[0]) : site, parameter.Name, parameter.Type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)));
        }
    }

    private LayerPlan? ReadLayer(IPropertySymbol property)
    {
        var attributes = property.GetAttributes();
        AttributeData[] kinds = [.. attributes.Where(attribute => IsLayer(attribute.AttributeClass))];
        var isPart = AttributeReader.DslName(property.Type) == "Layer";
        if (kinds.Length == 0 && !isPart)
            return null;
        var place = sites.Add(property.Locations[0]);
        if (!isPart || (property.DeclaringSyntaxReferences.Length > 0 && !IsPartial(property)))
        {
            findings.Add(new Finding("CM1006", place, property.Name));
            return null;
        }

        if (kinds.Length != 1)
        {
            findings.Add(new Finding("CM1007", place, property.Name, kinds.Length == 0 ? "none" : kinds.Length.ToString(CultureInfo.InvariantCulture)));
            return null;
        }

        var layer = kinds[0];
        var kind = KindOf(layer);
        var site = sites.Add(layer, property);
        var repeat = attributes.FirstOrDefault(attribute => AttributeReader.DslName(attribute.AttributeClass) == "RepeatAttribute");
        var times = repeat?.ConstructorArguments.FirstOrDefault().Value as int?;
        if (times is < 1)
        {
            findings.Add(new Finding("CM1008", sites.Add(repeat!, property), property.Name, "times", "1 or more"));
            times = 1;
        }

        var arguments = ReadArguments(layer, property);
        var block = kind == "Block" && layer.AttributeClass!.TypeArguments.FirstOrDefault() is INamedTypeSymbol network ? ReadBlock(network, property.Name, arguments, site) : null;
        var plan = new LayerPlan(property.Name, kind, arguments, block, times, site, Documentation.Of(property)) { Modifiers = Modifiers(property) };
        return LayerKind.Find(kind) is { IsNetwork: true } net ? ReadNetwork(net, plan, layer.AttributeClass!.TypeArguments.FirstOrDefault() as INamedTypeSymbol) : plan;
    }

    /// <summary>Whether an attribute class stands for a layer.</summary>
    internal static bool IsLayer(ITypeSymbol? type) => type?.BaseType is { } parent && (AttributeReader.DslName(parent) == "LayerAttribute" || IsLayer(parent));

    private BlockContract? ReadBlock(INamedTypeSymbol network, string layer, EquatableArray<Argument> arguments, int site)
    {
        if (!IsNetwork(network))
        {
            findings.Add(new Finding("CM1011", site, layer, $"'{network.Name}' is not a [Network]"));
            return null;
        }

        if (around.Concat([type]).Any(each => SymbolEqualityComparer.Default.Equals(each, network)))
        {
            findings.Add(new Finding("CM1013", site, layer, network.Name));
            return null;
        }

        var contract = Contract(network, sites, [.. around, type], cancellation);
        var given = arguments.FirstOrDefault(argument => argument.Name == "arguments")?.Sizes.Count ?? 0;
        if (contract is null || given == contract.Parameters.Count)
            return contract;
        findings.Add(new Finding("CM1011", site, layer, $"'{network.Name}' has {contract.Parameters.Count} parameters ({string.Join(", ", contract.Parameters)}) and is given {given}"));
        return null;
    }

    private LayerPlan ReadNetwork(LayerKind net, LayerPlan layer, INamedTypeSymbol? block)
    {
        if (block is not null)
        {
            // In, Out and Embedding are given by the network that the layer stands for.
            layer = layer with { Inner = ReadBlock(block, layer.Name, [new("arguments", [1, 1, 1], null, null, layer.Site)], layer.Site) };
            if (layer.Inner is null)
                return layer;
        }

        if (net.Expand(layer, RecordName.Of(type)) is not { } expansion)
            return layer;
        if (expansion.Fits)
            return layer with { Block = expansion.Contract };
        var finding = expansion.Blocks.Append(expansion.Root).SelectMany(network => network.Findings).First(finding => finding.IsError);
        findings.Add(new Finding("CM2014", layer.Site, layer.Name, finding.Text) { See = layer.Inner is { } given ? [given.Site] : [] });
        return layer;
    }

    /// <summary>Contract of a user's own function.</summary>
    private BlockContract? ReadFunction(INamedTypeSymbol owner, string layer, int site)
    {
        var apply = owner.GetMembers("Apply").OfType<IMethodSymbol>().FirstOrDefault(method =>
            method is { IsStatic: true, DeclaredAccessibility: Accessibility.Public, IsGenericMethod: false, ReturnType.Name: "Tensor" }
            && method.Parameters.Length is >= 1 and <= 3 && method.Parameters.All(parameter => parameter.Type.Name == "Tensor"));
        AttributeData?[] shapes = apply is null ? [null]
            : [.. apply.Parameters.Select(parameter => ShapeOf(parameter.GetAttributes())), ShapeOf(apply.GetReturnTypeAttributes())];
        if (shapes.Any(shape => shape is null))
        {
            findings.Add(new Finding("CM2013", site, layer, owner.Name));
            return null;
        }

        var inputs = shapes.Take(shapes.Length - 1).Select(shape => Shape.Of(ReadShape(shape!, site, null))).ToEquatable();
        var names = new HashSet<string>(inputs.SelectMany(input => input.Sizes).SelectMany(size => size.Names));
        var output = Shape.Of(ReadShape(shapes[shapes.Length - 1]!, site, names));
        return output.IsUnknown || inputs.Any(input => input.IsUnknown)
            ? null
            : new(owner.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat), [], inputs, [output], 0, 0, 0, [], sites.Add(apply!.Locations[0]));
    }

    private static AttributeData? ShapeOf(IEnumerable<AttributeData> attributes) =>
        attributes.FirstOrDefault(attribute => AttributeReader.DslName(attribute.AttributeClass) == "ShapeAttribute");

    private static BlockContract? Contract(INamedTypeSymbol network, SourceSites sites, IReadOnlyCollection<INamedTypeSymbol> around, CancellationToken cancellation)
    {
        if (network.DeclaringSyntaxReferences.Length == 0)
            return PublishedContract.Read(network);
        var known = Contracts.GetOrCreateValue(network.ContainingAssembly);
        if (!known.TryGetValue(network, out var contract))
        {
            var made = NetworkChecker.Check(new NetworkReader(network, new SourceSites(), around, cancellation).Read()).Contract(site: -1);
            contract = made.Inputs.Count == 0 || made.Outputs.Count == 0 || made.Inputs.Concat(made.Outputs).Any(shape => shape.IsUnknown) ? null : made;
            known[network] = contract;
        }

        return contract is null ? null : contract with { Site = sites.Add(network.Locations[0]) };
    }

    private EquatableArray<Argument> ReadArguments(AttributeData attribute, IPropertySymbol owner)
    {
        var found = new List<Argument>();
        var syntax = attribute.ApplicationSyntaxReference?.GetSyntax(cancellation) as AttributeSyntax;
        var written = syntax?.ArgumentList?.Arguments;
        for (var i = 0; i < attribute.ConstructorArguments.Length; i++)
        {
            var parameter = attribute.AttributeConstructor!.Parameters[i].Name;
            var place = written?.FirstOrDefault(each => each.NameColon?.Name.Identifier.ValueText == parameter)
                ?? written?.Where(each => each.NameEquals is null).Skip(i).FirstOrDefault();
            Add(parameter, attribute.ConstructorArguments[i], place);
        }

        foreach (var named in attribute.NamedArguments)
            Add(named.Key, named.Value, written?.FirstOrDefault(each => each.NameEquals?.Name.Identifier.ValueText == named.Key));
        return found.ToEquatable();

        void Add(string name, TypedConstant value, AttributeArgumentSyntax? place)
        {
            var site = place is not null ? sites.Add(place) : sites.Add(attribute, owner);
            name = char.ToLowerInvariant(name[0]) + name.Substring(1);
            if (value is { Kind: TypedConstantKind.Array, Type: IArrayTypeSymbol { ElementType.SpecialType: SpecialType.System_Double } })
                found.Add(new(name, [], null, null, site) { Numbers = value.IsNull ? [] : value.Values.Select(each => (double)each.Value!).ToEquatable() });
            else if (value.Kind == TypedConstantKind.Array)
                found.Add(new(name, value.IsNull ? [] : value.Values.Select(each => ReadSize(each, site, parameters)).ToEquatable(), null, null, site));
            else if (value.Kind == TypedConstantKind.Enum)
                found.Add(new(name, [], null, AttributeReader.EnumName(value), site));
            else if (value.Value is bool flag)
                found.Add(new(name, [], null, flag ? "true" : "false", site));
            else if (value.Value is double or float)
                found.Add(new(name, [], Convert.ToDouble(value.Value, CultureInfo.InvariantCulture), null, site));
            else
                found.Add(new(name, [ReadSize(value, site, parameters)], null, null, site));
        }
    }

    /// <summary>A size: a whole number, or text over the given names; null for names allows every name.</summary>
    private Dim ReadSize(TypedConstant value, int site, IReadOnlyCollection<string>? names)
    {
        switch (value.Value)
        {
            case int or long or short or byte:
                return Convert.ToInt64(value.Value, CultureInfo.InvariantCulture);
            case string text when DimText.TryParse(text, out var dim):
                if (names is null || dim.Names.All(names.Contains))
                    return dim;
                findings.Add(new Finding("CM1009", site, text, dim.Names.First(name => !names.Contains(name)), names.Count == 0 ? "no names" : string.Join(", ", names)));
                return Dim.Unknown;
            default:
                findings.Add(new Finding("CM1010", site, value.Value?.ToString() ?? "null"));
                return Dim.Unknown;
        }
    }

    private InputPlan? ReadChain(int site)
    {
        var shape = type.GetAttributes().FirstOrDefault(attribute => AttributeReader.DslName(attribute.AttributeClass) == "ShapeAttribute");
        if (shape is not null)
            return new("x", ReadShape(shape, site, null), site);
        findings.Add(new Finding("CM1002", site, type.Name));
        return null;
    }

    private EquatableArray<Dim> ReadShape(AttributeData shape, int site, IReadOnlyCollection<string>? names)
    {
        if (shape.ConstructorArguments.Length == 0 || shape.ConstructorArguments[0].IsNull)
            return [];
        var place = shape.ApplicationSyntaxReference is { } reference ? sites.Add(reference.GetSyntax(cancellation)) : site;
        return shape.ConstructorArguments[0].Values.Select(axis => ReadSize(axis, place, names)).ToEquatable();
    }

    private ForwardPlan ReadForward(IMethodSymbol method)
    {
        var syntax = (MethodDeclarationSyntax)method.DeclaringSyntaxReferences[0].GetSyntax(cancellation);
        var site = sites.Add(syntax.Identifier.GetLocation());
        if (method.Parameters.Length is 0 or > 3)
            findings.Add(new Finding("CM1015", site, method.Parameters.Length.ToString(CultureInfo.InvariantCulture)));
        var inputs = new List<InputPlan>();
        foreach (var parameter in method.Parameters)
        {
            var place = sites.Add(parameter.Locations[0]);
            var shape = parameter.GetAttributes().FirstOrDefault(attribute => AttributeReader.DslName(attribute.AttributeClass) == "ShapeAttribute");
            if (shape is null)
                findings.Add(new Finding("CM1012", place, parameter.Name));
            inputs.Add(new(parameter.Name, shape is null ? [Dim.Unknown] : ReadShape(shape, place, null), place));
        }

        var names = inputs.SelectMany(input => input.Sizes).Any(size => size.IsUnknown) ? null
            : new HashSet<string>(inputs.SelectMany(input => input.Sizes).SelectMany(size => size.Names).Concat(parameters));
        var returned = method.GetReturnTypeAttributes().Where(attribute => AttributeReader.DslName(attribute.AttributeClass) == "ShapeAttribute").ToArray();
        if (returned.Length == 0)
            findings.Add(new Finding("CM1012", site, "the result of Forward"));
        var outputs = returned.Select(shape => ReadShape(shape, site, names)).ToEquatable();
        var outputSite = returned.Length > 0 && returned[0].ApplicationSyntaxReference is { } reference ? sites.Add(reference.GetSyntax(cancellation)) : site;

        var reader = new ValueReader(type, new FunctionReader(type, parameters, sites, findings) { Contract = ReadFunction }, sites, findings);
        var (bindings, result) = reader.Read(syntax);
        return new(inputs.ToEquatable(), bindings, result, outputs, site, outputSite);
    }

    private static bool IsPartial(ISymbol symbol) => symbol.DeclaringSyntaxReferences.Any(reference =>
        (reference.GetSyntax() as MemberDeclarationSyntax)?.Modifiers.Any(modifier => modifier.ValueText == "partial") == true);

    private static string Modifiers(IPropertySymbol property) =>
        property.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is PropertyDeclarationSyntax syntax ? syntax.Modifiers.ToString() : "public partial";
}
