using Microsoft.CodeAnalysis;

namespace CM.Generators.Core;

/// <summary>Name and place of a declared record, enough to open its generated part and to name it.</summary>
/// <param name="Namespace">Empty for the global namespace.</param>
/// <param name="Outer">Headers of the types around it, outermost first, such as <c>partial class Plans</c>.</param>
/// <param name="Name">Its simple name.</param>
/// <param name="FullName">Its name with <c>global::</c>.</param>
internal sealed record RecordName(string Namespace, EquatableArray<string> Outer, string Name, string FullName)
{
    /// <summary>The simple name as C# code, with the type parameters: <c>@event</c>, <c>Net&lt;T&gt;</c>.</summary>
    public string Code { get; init; } = Literals.EscapeType(Name);

    /// <summary>The full name as text: <c>Moons.MoonsDenoiser</c>.</summary>
    public string Text => FullName.Substring("global::".Length).Replace("@", "");

    /// <summary>The name of its generated file, without folder and ending.</summary>
    public string File => Text.Replace('<', '(').Replace('>', ')');

    public static RecordName Of(INamedTypeSymbol type)
    {
        var outer = new List<string>();
        for (var around = type.ContainingType; around is not null; around = around.ContainingType)
            outer.Insert(0, $"partial {Keyword(around)} {CodeOf(around)}");
        var space = type.ContainingNamespace;
        return new(space.IsGlobalNamespace ? "" : space.ToDisplayString(), outer.ToEquatable(), type.Name,
            type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat))
        {
            Code = CodeOf(type),
        };
    }

    /// <summary>The record's full name, or null where a list cannot hold it: it is generic, or hidden in another type.</summary>
    public static string? Listed(INamedTypeSymbol type)
    {
        for (var each = type; each is not null; each = each.ContainingType)
        {
            if (each.IsGenericType || each.DeclaredAccessibility is Accessibility.Private or Accessibility.Protected or Accessibility.ProtectedAndInternal)
                return null;
        }

        return type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
    }

    private static string CodeOf(INamedTypeSymbol type)
    {
        var parameters = string.Join(", ", type.TypeParameters.Select(parameter => Literals.EscapeType(parameter.Name)));
        return Literals.EscapeType(type.Name) + (parameters.Length == 0 ? "" : $"<{parameters}>");
    }

    private static string Keyword(INamedTypeSymbol type) => (type.IsRecord, type.TypeKind) switch
    {
        (true, TypeKind.Struct) => "record struct",
        (true, _) => "record",
        (_, TypeKind.Struct) => "struct",
        (_, TypeKind.Interface) => "interface",
        _ => "class",
    };
}
