using System.Collections.Immutable;
using CM.Generators.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace CM.Generators.Networks;

/// <summary>Reports what is wrong with a <c>[Network]</c>, with the reader and the checker that the generator uses.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class NetworkAnalyzer : DiagnosticAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
        [.. Rules.All.Values.Where(rule => rule.Id[2] is '1' or '2' || rule.Id == "CM3004")];

    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();

        // Everything that depends on a method's body is reported for the method, so that editing the body alone refreshes it.
        context.RegisterSymbolAction(static type => Report((INamedTypeSymbol)type.Symbol, null, type.ReportDiagnostic, type.CancellationToken), SymbolKind.NamedType);
        context.RegisterSyntaxNodeAction(static node =>
        {
            if (((MethodDeclarationSyntax)node.Node).Identifier.ValueText == "Forward" && node.ContainingSymbol?.ContainingType is { } type)
                Report(type, node.Node, node.ReportDiagnostic, node.CancellationToken);
        }, SyntaxKind.MethodDeclaration);
    }

    private static void Report(INamedTypeSymbol type, SyntaxNode? method, Action<Diagnostic> report, CancellationToken cancellation)
    {
        if (!type.IsRecord || !NetworkReader.IsNetwork(type))
            return;
        var sites = new SourceSites();
        var plan = NetworkReader.Read(type, sites, cancellation);
        var forward = method ?? type.GetMembers("Forward").SelectMany(each => each.DeclaringSyntaxReferences).FirstOrDefault()?.GetSyntax(cancellation);
        foreach (var finding in NetworkChecker.Check(plan).Findings)
        {
            var place = sites[finding.Site];
            var inside = forward is not null && place.SourceTree == forward.SyntaxTree && forward.Span.Contains(place.SourceSpan);
            if (inside == (method is not null))
                report(WithRemedy(plan, finding).At(sites));
        }
    }

    private static Finding WithRemedy(NetworkPlan plan, Finding finding)
    {
        if (!finding.IsError || !finding.Rule.StartsWith("CM2", StringComparison.Ordinal))
            return finding;
        Remedy[] remedies = [.. Remedy.Find(plan, finding).Take(3)];
        return remedies.Length == 0 ? finding : finding with { Remedy = $" It fits with {remedies[0].Text}.", Hints = remedies.Select(remedy => remedy.ToHint()).ToEquatable() };
    }
}
