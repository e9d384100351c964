using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace CM.Generators.Diagnostics;

/// <summary>
/// Silences «private member is unused» for <c>Forward</c> and <c>Couple</c>: the generator reads them, no code calls them.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UnusedMemberSuppressor : DiagnosticSuppressor
{
    private static readonly SuppressionDescriptor Read = new("CMS0001", "IDE0051", "Forward and Couple are read by the generator and never called");

    public override ImmutableArray<SuppressionDescriptor> SupportedSuppressions { get; } = [Read];

    public override void ReportSuppressions(SuppressionAnalysisContext context)
    {
        foreach (var finding in context.ReportedDiagnostics)
        {
            if (finding.Location.SourceTree is { } tree
                && tree.GetRoot(context.CancellationToken).FindNode(finding.Location.SourceSpan).FirstAncestorOrSelf<MethodDeclarationSyntax>() is { } method
                && context.GetSemanticModel(tree).GetDeclaredSymbol(method, context.CancellationToken) is IMethodSymbol member
                && IsRead(member))
                context.ReportSuppression(Suppression.Create(Read, finding));
        }
    }

    private static bool IsRead(IMethodSymbol member) => member.Name switch
    {
        "Forward" => AttributeReader.Declared(member.ContainingType, "NetworkAttribute") is not null,
        "Couple" => AttributeReader.Declared(member.ContainingType, "CouplingAttribute") is not null,
        _ => false,
    };
}
