using System.Collections.Immutable;
using System.Composition;
using System.Globalization;
using CM.Generators.Diagnostics;
using CM.Generators.Networks;
using CM.Generators.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;

namespace CM.CodeFixes;

/// <summary>Sets the one number with which the network fits; the analyzer has tried it.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(SetNumber)), Shared]
public sealed class SetNumber : DeclarationFix
{
    /// <inheritdoc />
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
        [.. Rules.All.Keys.Where(id => id.StartsWith("CM2", StringComparison.Ordinal)).OrderBy(id => id, StringComparer.Ordinal)];

    /// <summary>None: an edit that was tried alone need not fit beside another.</summary>
    public override FixAllProvider? GetFixAllProvider() => null;

    private protected override IEnumerable<Edit> Edits(Occurrence occurrence)
    {
        foreach (var remedy in Finding.HintsOf(occurrence.Diagnostic).Select(Remedy.OfHint))
        {
            if (remedy.Call >= 0)
            {
                if (Change(occurrence, remedy) is var (tree, inCall))
                    yield return New(remedy, tree, inCall);
                continue;
            }

            if (occurrence.Type.GetMembers(remedy.Layer).FirstOrDefault()?.GetAttributes().FirstOrDefault(each => NetworkReader.IsLayer(each.AttributeClass))
                    is { AttributeConstructor: { } constructor, ApplicationSyntaxReference: { } reference } attribute
                && reference.GetSyntax(occurrence.Cancellation) is AttributeSyntax syntax
                && Change(syntax, attribute.AttributeClass!, constructor, remedy) is { } change)
                yield return New(remedy, syntax.SyntaxTree, change);
        }
    }

    private static Edit New(Remedy remedy, SyntaxTree tree, TextChange change) => new($"Set {remedy.Text}", $"{nameof(SetNumber)} {remedy.ToHint()}", tree, change);

    /// <summary>Null where the C# compiler does not know the function.</summary>
    private static (SyntaxTree Tree, TextChange Change)? Change(Occurrence occurrence, Remedy remedy)
    {
        var sites = new SourceSites();
        if (NetworkReader.Read(occurrence.Type, sites, occurrence.Cancellation).Forward?.Functions.ElementAtOrDefault(remedy.Call) is not { } function
            || sites[function.Site] is not { SourceTree: { } tree } place
            || tree.GetRoot(occurrence.Cancellation).FindNode(place.SourceSpan, getInnermostNodeForTie: true) is not InvocationExpressionSyntax call
            || occurrence.Model.Compilation.GetSemanticModel(tree).GetSymbolInfo(call, occurrence.Cancellation).Symbol is not IMethodSymbol method)
            return null;
        var given = FunctionReader.Given(method.Parameters.First(parameter => parameter.Name == remedy.Argument), call.ArgumentList.Arguments);
        return (tree, new(given[remedy.Index].Span, remedy.Value.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>Null where the number is not written on its own, as in an array that is passed whole.</summary>
    private static TextChange? Change(AttributeSyntax attribute, INamedTypeSymbol kind, IMethodSymbol constructor, Remedy remedy)
    {
        var value = remedy.Value.ToString(CultureInfo.InvariantCulture);
        AttributeArgumentSyntax[] written = [.. attribute.ArgumentList?.Arguments ?? []];
        AttributeArgumentSyntax[] before = [.. written.Where(each => each.NameEquals is null)];
        AttributeArgumentSyntax? place;
        string missing;
        if (constructor.Parameters.FirstOrDefault(each => Same(each.Name, remedy.Argument)) is { } parameter)
        {
            place = before.FirstOrDefault(each => each.NameColon?.Name.Identifier.ValueText == parameter.Name)
                ?? before.Skip(parameter.Ordinal + remedy.Index).FirstOrDefault(each => each.NameColon is null);
            missing = $"{parameter.Name}: {value}";
        }
        else if (Property(kind, remedy.Argument) is { } property)
        {
            place = written.FirstOrDefault(each => each.NameEquals?.Name.Identifier.ValueText == property.Name);
            missing = $"{property.Name} = {value}";
            before = written;
        }
        else
        {
            return null;
        }

        if (place is not null)
            return place.Expression.Kind() is SyntaxKind.ArrayCreationExpression or SyntaxKind.ImplicitArrayCreationExpression ? null : new TextChange(place.Expression.Span, value);
        if (attribute.ArgumentList is not { } list)
            return Edit.Insert(attribute.Span.End, $"({missing})");
        return before.Length > 0 ? Edit.Insert(before[before.Length - 1].Span.End, ", " + missing)
            : Edit.Insert(list.OpenParenToken.Span.End, written.Length > 0 ? missing + ", " : missing);
    }

    private static IPropertySymbol? Property(INamedTypeSymbol kind, string name)
    {
        for (var each = kind; each is not null; each = each.BaseType)
        {
            if (each.GetMembers().OfType<IPropertySymbol>().FirstOrDefault(property => property.SetMethod is not null && Same(property.Name, name)) is { } found)
                return found;
        }

        return null;
    }

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
