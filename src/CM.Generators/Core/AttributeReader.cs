using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CM.Generators.Core;

/// <summary>Reads attributes and types of CM.Dsl.</summary>
internal static class AttributeReader
{
    /// <summary>The simple name of a type of CM.Dsl; null for others.</summary>
    public static string? DslName(ITypeSymbol? type) =>
        type is { ContainingNamespace: { Name: "Dsl", ContainingNamespace: { Name: "CM", ContainingNamespace.IsGlobalNamespace: true } } } ? type.Name : null;

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

    /// <summary>The name of an enum's value.</summary>
    public static string? EnumName(TypedConstant value) =>
        value.Type!.GetMembers().OfType<IFieldSymbol>().FirstOrDefault(field => field.HasConstantValue && Equals(field.ConstantValue, value.Value))?.Name;
}
