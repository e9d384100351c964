using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace CM.Generators.Checking;

/// <summary>Every diagnostic: CM1xxx form, CM2xxx shapes, CM3xxx couplings, CM4xxx times, CM5xxx experiments.</summary>
internal static partial class Rules
{
    private const string Pages = "https://github.com/dslcm/dslcm/blob/main/docs/diagnostics/";

    /// <summary>All rules by id.</summary>
    public static ImmutableDictionary<string, DiagnosticDescriptor> All { get; } =
        NetworkRules.Concat(TimeRules).Concat(ExperimentRules).ToImmutableDictionary(rule => rule.Id);

    public static DiagnosticDescriptor Find(string id) => All[id];

    private static DiagnosticDescriptor Error(string id, string category, string title, string message, string description) =>
        new(id, title, message, category, DiagnosticSeverity.Error, true, description, Pages + id + ".md");

    private static DiagnosticDescriptor Warning(string id, string category, string title, string message, string description) =>
        new(id, title, message, category, DiagnosticSeverity.Warning, true, description, Pages + id + ".md");
}
