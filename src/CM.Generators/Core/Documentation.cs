using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;

namespace CM.Generators.Core;

/// <summary>The user's own summary of a member: a generated part would hide it, so the generated one repeats it.</summary>
internal static class Documentation
{
    private static readonly Regex Summary = new("<summary>(.*?)</summary>", RegexOptions.Singleline | RegexOptions.CultureInvariant);

    public static string Of(ISymbol symbol)
    {
        if (symbol.DeclaringSyntaxReferences.Length == 0)
            return "";
        var trivia = symbol.DeclaringSyntaxReferences[0].GetSyntax().GetLeadingTrivia().ToFullString();
        if (!trivia.Contains("///"))
            return "";
        var text = string.Join(" ", trivia.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("///", StringComparison.Ordinal)).Select(line => line.Substring(3).Trim()));
        return Summary.Match(text) is { Success: true } match ? match.Groups[1].Value.Trim() : "";
    }
}
