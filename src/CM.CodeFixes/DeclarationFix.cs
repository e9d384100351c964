using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CM.CodeFixes;

/// <summary>A light bulb at a diagnostic of a declaration: edits of the record it stands in.</summary>
public abstract class DeclarationFix : CodeFixProvider
{
    /// <inheritdoc />
    public override FixAllProvider? GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc />
    public sealed override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        if (root?.FindNode(context.Span).FirstAncestorOrSelf<TypeDeclarationSyntax>() is not { } record || model?.GetDeclaredSymbol(record, context.CancellationToken) is not INamedTypeSymbol type)
            return;
        foreach (var diagnostic in context.Diagnostics)
        {
            foreach (var edit in Edits(new(diagnostic, record, type, model, context.CancellationToken)))
            {
                var document = context.Document.Project.Solution.GetDocument(edit.Tree);
                if (document is not null)
                    context.RegisterCodeFix(CodeAction.Create(edit.Title, cancellation => edit.ApplyAsync(document, cancellation), edit.Kind), diagnostic);
            }
        }
    }

    private protected abstract IEnumerable<Edit> Edits(Occurrence occurrence);

    /// <summary>A diagnostic and the record it stands in.</summary>
    private protected sealed record Occurrence(Diagnostic Diagnostic, TypeDeclarationSyntax Record, INamedTypeSymbol Type, SemanticModel Model, CancellationToken Cancellation);
}
