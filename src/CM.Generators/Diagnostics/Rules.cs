using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace CM.Generators.Diagnostics;

/// <summary>Every diagnostic: CM1xxx form, CM2xxx shapes, CM3xxx couplings, CM4xxx times, CM5xxx experiments, CM6xxx classifiers.</summary>
internal static partial class Rules
{
    private const string Pages = "https://github.com/dslcm/dslcm/blob/main/docs/diagnostics/";

    // The order in which parts of a class are initialised is open, so this waits until it is asked for.
    private static readonly Lazy<ImmutableDictionary<string, DiagnosticDescriptor>> Index =
        new(() => NetworkRules.Concat(CouplingRules).Concat(TimeRules).Concat(ExperimentRules).Concat(ClassifierRules).ToImmutableDictionary(rule => rule.Id));

    /// <summary>All rules by id.</summary>
    public static ImmutableDictionary<string, DiagnosticDescriptor> All => Index.Value;

    public static DiagnosticDescriptor Find(string id) => All[id];
}
