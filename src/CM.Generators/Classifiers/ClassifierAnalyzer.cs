using System.Collections.Immutable;
using CM.Generators.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace CM.Generators.Classifiers;

/// <summary>Reports what is wrong with a classifier.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ClassifierAnalyzer : DiagnosticAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
        [.. Rules.All.Values.Where(rule => rule.Id.StartsWith("CM6", StringComparison.Ordinal)).OrderBy(rule => rule.Id, StringComparer.Ordinal)];

    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterSymbolAction(Analyse, SymbolKind.NamedType);
    }

    private static void Analyse(SymbolAnalysisContext context)
    {
        var sites = new SourceSites();
        if (ClassifierReader.Read((INamedTypeSymbol)context.Symbol, sites, context.CancellationToken) is not { } classifier)
            return;
        foreach (var finding in classifier.Findings)
            context.ReportDiagnostic(finding.At(sites));
    }
}
