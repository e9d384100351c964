using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CM.CodeFixes;

/// <summary>Adds the word <c>partial</c> to a record that the generator completes.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(MakePartial)), Shared]
public sealed class MakePartial : DeclarationFix
{
    /// <inheritdoc />
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ["CM1001", "CM4001", "CM5001"];

    private protected override IEnumerable<Edit> Edits(Occurrence occurrence) =>
        occurrence.Record is RecordDeclarationSyntax record && !record.Modifiers.Any(SyntaxKind.PartialKeyword)
            ? [new($"Make '{record.Identifier.ValueText}' partial", nameof(MakePartial), record.SyntaxTree, Edit.Insert(record.Keyword.SpanStart, "partial "))]
            : [];
}
