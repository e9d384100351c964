using System.Globalization;
using CM.Generators.Schedules;
using Microsoft.CodeAnalysis.CSharp;

namespace CM.Generators.Core;

/// <summary>Names, numbers and texts as C# source.</summary>
internal static class Literals
{
    /// <summary>A number as C# source, independent of culture.</summary>
    public static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "double.PositiveInfinity"
        : double.IsNegativeInfinity(value) ? "double.NegativeInfinity"
        : double.IsNaN(value) ? "double.NaN"
        : value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>A declared name as C# code: a keyword gets an <c>@</c>, and so does <c>field</c>, which is one inside properties.</summary>
    public static string Escape(string name) => SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None && name != "field" ? name : "@" + name;

    /// <summary>The name of a type, which can be a contextual keyword such as <c>record</c> only with an <c>@</c>.</summary>
    public static string EscapeType(string name) =>
        SyntaxFacts.GetContextualKeywordKind(name) == SyntaxKind.None ? Escape(name) : "@" + name;

    /// <summary>A string literal.</summary>
    public static string Quote(string value) => "\"" + value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\r", "\\r").Replace("\n", "\\n") + "\"";

    /// <summary>Text for an XML comment.</summary>
    public static string Xml(string value) => value.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");
}
