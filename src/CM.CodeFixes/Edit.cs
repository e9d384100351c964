using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace CM.CodeFixes;

/// <summary>Changes of one file's text, with the words of the light bulb.</summary>
/// <param name="Title">Title shown to the user.</param>
/// <param name="Kind">The same for edits that «fix all» makes together.</param>
/// <param name="Tree">The file.</param>
/// <param name="Changes">None of them overlaps another.</param>
internal sealed record Edit(string Title, string Kind, SyntaxTree Tree, params TextChange[] Changes)
{
    public async Task<Document> ApplyAsync(Document document, CancellationToken cancellation) =>
        document.WithText((await document.GetTextAsync(cancellation).ConfigureAwait(false)).WithChanges(Changes));

    public SyntaxTree Apply(CancellationToken cancellation) => Tree.WithChangedText(Tree.GetText(cancellation).WithChanges(Changes));

    public static TextChange Insert(int position, string text) => new(new TextSpan(position, 0), text);

    /// <summary>Members at the end of a type, one level deeper than the type; a type without braces gets them.</summary>
    public static TextChange AddMembers(TypeDeclarationSyntax type, params string[] lines)
    {
        var (newLine, margin) = (NewLine(type), Margin(type));
        var body = string.Concat(lines.Select(line => (line.Length == 0 ? "" : margin + "    " + line) + newLine));
        if (type.OpenBraceToken.IsKind(SyntaxKind.None))
            return new(type.SemicolonToken.Span, $"{newLine}{margin}{{{newLine}{body}{margin}}}");

        var end = type.CloseBraceToken.SpanStart;
        var line = type.SyntaxTree.GetText().Lines.GetLineFromPosition(end);
        var ownLine = string.IsNullOrWhiteSpace(line.ToString().Substring(0, end - line.Start));
        var gap = type.Members.Count == 0 ? "" : newLine;
        return ownLine ? Insert(line.Start, gap + body) : Insert(end, newLine + gap + body + margin);
    }

    /// <summary>An attribute on a line of its own below the others.</summary>
    public static TextChange AddAttribute(TypeDeclarationSyntax type, string attribute) =>
        Insert(type.AttributeLists.Last().Span.End, $"{NewLine(type)}{Margin(type)}[{attribute}]");

    private static string NewLine(SyntaxNode node) => node.SyntaxTree.GetText().ToString().Contains("\r\n") ? "\r\n" : "\n";

    private static string Margin(TypeDeclarationSyntax type)
    {
        var line = type.SyntaxTree.GetText().Lines.GetLineFromPosition(type.SpanStart).ToString();
        return line.Substring(0, line.Length - line.TrimStart().Length);
    }
}
