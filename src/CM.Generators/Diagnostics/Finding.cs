using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace CM.Generators.Diagnostics;

/// <summary>A finding about a declaration: the rule, the place and the words for the rule's message.</summary>
/// <param name="Rule">The rule's id, such as <c>CM2001</c>.</param>
/// <param name="Site">A number of <see cref="SourceSites"/>.</param>
/// <param name="MessageArguments">Arguments of the message.</param>
internal sealed record Finding(string Rule, int Site, EquatableArray<string> MessageArguments)
{
    /// <summary>Other places that belong to it.</summary>
    public EquatableArray<int> See { get; init; }

    /// <summary>The message's last sentence, with a space before it: an edit that was tried and fits.</summary>
    public string Remedy { get; init; } = "";

    /// <summary>Hints for code fixes: the edits that were tried, or which part of an experiment is missing.</summary>
    public EquatableArray<string> Hints { get; init; }

    public Finding(string rule, int site, params string[] words)
        : this(rule, site, words.ToEquatable())
    {
    }

    public bool IsError => Rules.Find(Rule).DefaultSeverity == DiagnosticSeverity.Error;

    /// <summary>The message.</summary>
    public string Text => string.Format(System.Globalization.CultureInfo.InvariantCulture, Rules.Find(Rule).MessageFormat.ToString(System.Globalization.CultureInfo.InvariantCulture), [.. MessageArguments, Remedy]);

    public Diagnostic At(SourceSites sites) =>
        Diagnostic.Create(Rules.Find(Rule), sites[Site], See.Select(site => sites[site]).Where(place => place != Location.None),
            Hints.Count == 0 ? null : ImmutableDictionary<string, string?>.Empty.Add(nameof(Hints), string.Join("\n", Hints)), [.. MessageArguments, Remedy]);

    /// <summary><see cref="Hints"/> of a diagnostic.</summary>
    public static string[] HintsOf(Diagnostic diagnostic) =>
        diagnostic.Properties.TryGetValue(nameof(Hints), out var hints) && hints is not null ? hints.Split('\n') : [];
}
