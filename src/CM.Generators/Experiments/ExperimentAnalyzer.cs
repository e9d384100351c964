using System.Collections.Immutable;
using CM.Generators.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace CM.Generators.Experiments;

/// <summary>
/// Reports what is wrong with an experiment. Inherited attributes are reported where they are written, not again for every derived record.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ExperimentAnalyzer : DiagnosticAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
        [.. Rules.All.Values.Where(rule => rule.Id.StartsWith("CM3", StringComparison.Ordinal) || rule.Id.StartsWith("CM5", StringComparison.Ordinal)).OrderBy(rule => rule.Id, StringComparer.Ordinal)];

    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterSymbolAction(Analyse, SymbolKind.NamedType);
    }

    private static void Analyse(SymbolAnalysisContext context)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        var sites = new SourceSites();
        if (ExperimentReader.Read(type, sites, context.CancellationToken) is not { } experiment)
            return;
        foreach (var finding in experiment.Findings.Select(finding => finding.At(sites)))
        {
            if (type.DeclaringSyntaxReferences.Any(part => part.SyntaxTree == finding.Location.SourceTree && part.Span.Contains(finding.Location.SourceSpan)))
                context.ReportDiagnostic(finding);
        }
    }
}
