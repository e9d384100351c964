using Microsoft.CodeAnalysis;

namespace CM.Generators.Diagnostics;

internal static partial class Rules
{
    private static readonly DiagnosticDescriptor CM6001 = new(
        "CM6001", "Network that is no classifier",
        "'{0}' cannot be a classifier: {1}",
        "CM.Classifiers", DiagnosticSeverity.Error, true,
        "A classifier takes one batch of examples and gives features and logits; its data and its tests carry their shape and as many classes as there are logits.",
        Pages + "CM6001.md");

    private static DiagnosticDescriptor[] ClassifierRules => [CM6001];
}
