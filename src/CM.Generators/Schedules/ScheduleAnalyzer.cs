using System.Collections.Immutable;
using CM.Generators.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace CM.Generators.Schedules;

/// <summary>
/// Reports what is wrong with a time schedule, part by part, so that every finding lies in the tree that is being looked at.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ScheduleAnalyzer : DiagnosticAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
        [.. Rules.All.Values.Where(rule => rule.Id.StartsWith("CM4", StringComparison.Ordinal)).OrderBy(rule => rule.Id, StringComparer.Ordinal)];

    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(static start =>
        {
            if (start.Compilation.GetTypeByMetadataName("CM.Dsl." + ScheduleReader.Attribute) is not null)
                start.RegisterSyntaxNodeAction(Analyse, SyntaxKind.RecordDeclaration, SyntaxKind.ClassDeclaration);
        });
    }

    private static void Analyse(SyntaxNodeAnalysisContext context)
    {
        var sites = new SourceSites();
        if (context.ContainingSymbol is not INamedTypeSymbol type || context.Node is not TypeDeclarationSyntax part
            || ScheduleReader.Read(type, sites, context.CancellationToken) is not { } schedule)
            return;
        foreach (var finding in ScheduleChecker.Check(schedule).Select(finding => finding.At(sites)))
        {
            if (finding.Location.SourceTree == part.SyntaxTree && part.Span.Contains(finding.Location.SourceSpan))
                context.ReportDiagnostic(finding);
        }
    }
}
