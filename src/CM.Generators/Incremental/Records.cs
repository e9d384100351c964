using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CM.Generators.Incremental;

/// <summary>
/// Reads the records with an attribute. Roslyn asks for all of them at every keystroke, and to bind their attributes anew is nearly all
/// that a keystroke costs; so what was read is given again for as long as nothing has changed that a word in the record can mean.
/// </summary>
internal static class Records
{
    /// <param name="context">Context of the generator.</param>
    /// <param name="attribute">Name of the attribute's class in <c>CM.Dsl</c>, with the number of type parameters of a generic one:
    /// <c>ClassifierAttribute`2</c>.</param>
    /// <param name="read">Transform of a record; null leaves it out. It depends on nothing but the record, and keeps no symbols.</param>
    public static IncrementalValuesProvider<T> ReadRecords<T>(
        this IncrementalGeneratorInitializationContext context, string attribute, Func<INamedTypeSymbol, CancellationToken, T?> read)
        where T : class
    {
        var memory = new ConditionalWeakTable<SyntaxTree, ConcurrentDictionary<int, Remembered<T>>>();
        return context.SyntaxProvider.CreateSyntaxProvider(
                static (node, _) => node is RecordDeclarationSyntax { RawKind: (int)SyntaxKind.RecordDeclaration, AttributeLists.Count: > 0 }, // our attributes are for classes
                (found, cancellation) => Read((RecordDeclarationSyntax)found.Node, found.SemanticModel, cancellation))
            .Where(static found => found is not null)!;

        T? Read(RecordDeclarationSyntax record, SemanticModel model, CancellationToken cancellation)
        {
            var known = memory.GetOrCreateValue(record.SyntaxTree);
            var declarations = Declarations.Of(model.Compilation);
            if (!known.TryGetValue(record.SpanStart, out var remembered) || !declarations.Agrees(remembered.Declarations, remembered.Reached))
            {
                var symbol = model.GetDeclaredSymbol(record, cancellation);
                var made = symbol is not null && IsNamed(symbol) && Has(symbol, attribute, record) ? read(symbol, cancellation) : null;
                remembered = new(made, declarations, declarations.Reach(DeclaredFile.Of(record.SyntaxTree), record.Identifier.ValueText));
            }

            known[record.SpanStart] = remembered with { Declarations = declarations };
            return remembered.Value;
        }
    }

    // Half-typed records and namespaces have no name yet, and no part can be added to them.
    private static bool IsNamed(ISymbol symbol)
    {
        for (var each = symbol; each is INamedTypeSymbol or INamespaceSymbol { IsGlobalNamespace: false }; each = each.ContainingSymbol)
        {
            if (each.Name.Length == 0)
                return false;
        }

        return true;
    }

    // A record is read once, at the part with the attribute; at the first one where two have it, which the C# compiler refuses.
    private static bool Has(INamedTypeSymbol symbol, string attribute, RecordDeclarationSyntax part) =>
        symbol.GetAttributes().FirstOrDefault(given => given.AttributeClass is { } made && made.MetadataName == attribute && AttributeReader.DslName(made) is not null)
            ?.ApplicationSyntaxReference is { } place && place.SyntaxTree == part.SyntaxTree && part.Span.Contains(place.Span);

    private sealed record Remembered<T>(T? Value, Declarations Declarations, Declaration[] Reached);
}
