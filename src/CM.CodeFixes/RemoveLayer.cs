using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace CM.CodeFixes;

/// <summary>Removes a layer that nothing flows into.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(RemoveLayer)), Shared]
public sealed class RemoveLayer : DeclarationFix
{
    /// <inheritdoc />
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ["CM1005"];

    private protected override IEnumerable<Edit> Edits(Occurrence occurrence)
    {
        var property = occurrence.Record.Members.OfType<PropertyDeclarationSyntax>().FirstOrDefault(each => each.Span.Contains(occurrence.Diagnostic.Location.SourceSpan));
        if (property is null || property.ContainsDirectives)
            return [];
        var (start, end) = (property.FullSpan.Start, property.FullSpan.End);
        var next = occurrence.Record.Members.IndexOf(property) is 0 ? property.GetLastToken().GetNextToken() : default;
        // The blank line in front of the second layer goes with the first.
        if (next.LeadingTrivia is { Count: > 0 } trivia && trivia[0].IsKind(SyntaxKind.EndOfLineTrivia))
            end = trivia[0].Span.End;
        return [new($"Remove the unused layer '{property.Identifier.ValueText}'", nameof(RemoveLayer), property.SyntaxTree, new TextChange(TextSpan.FromBounds(start, end), ""))];
    }
}
