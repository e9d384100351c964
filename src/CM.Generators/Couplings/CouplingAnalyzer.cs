using System.Collections.Immutable;
using CM.Generators.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace CM.Generators.Couplings;

/// <summary>Reports what is wrong with a <c>[Coupling]</c>, whatever experiment uses it.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class CouplingAnalyzer : DiagnosticAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
        [.. Rules.All.Values.Where(rule => rule.Id[2] is '1' or '2' or '3').OrderBy(rule => rule.Id, StringComparer.Ordinal)];

    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterSymbolAction(Analyse, SymbolKind.NamedType);
    }

    private static void Analyse(SymbolAnalysisContext context)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        if (!type.IsRecord || !CouplingReader.IsCoupling(type))
            return;
        var sites = new SourceSites();
        var plan = CouplingReader.Read(type, sites, context.CancellationToken);
        foreach (var finding in CouplingChecker.Check(plan, CouplingChecker.DataShape(plan)).Findings.Select(finding => finding.At(sites)))
        {
            // Faults of a nested coupling are reported at its declaration.
            if (type.DeclaringSyntaxReferences.Any(part => part.SyntaxTree == finding.Location.SourceTree && part.Span.Contains(finding.Location.SourceSpan)))
                context.ReportDiagnostic(finding);
        }
    }
}
