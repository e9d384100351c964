using CM.CodeFixes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace CM.Generators.Tests;

/// <summary>Light bulbs as an editor offers them for a file with findings.</summary>
internal static class LightBulb
{
    /// <summary>What is offered for the first finding that has offers.</summary>
    public static string[] Offers(string source) => [.. OffersAsync(Open(source)).GetAwaiter().GetResult().Select(action => action.Title)];

    /// <summary>The file after the light bulb with this title.</summary>
    public static string Apply(string source, string title)
    {
        var document = Open(source);
        var action = OffersAsync(document).GetAwaiter().GetResult().SingleOrDefault(action => action.Title == title);
        action.ShouldNotBeNull($"there is '{string.Join("', '", Offers(source))}'");
        return TextAfter(action, document);
    }

    /// <summary>The file after «fix all in document» of the light bulb with this title.</summary>
    public static string ApplyToAll(string source, string title)
    {
        var document = Open(source);
        var findings = Find(document);
        var (provider, action) = (from each in Providers()
                                  from offer in OffersAsync(document, each, findings).GetAwaiter().GetResult()
                                  where offer.Title == title
                                  select (each, offer)).First();
        var context = new FixAllContext(document, provider, FixAllScope.Document, action.EquivalenceKey!, provider.FixableDiagnosticIds, new Findings(findings), default);
        return TextAfter(provider.GetFixAllProvider().ShouldNotBeNull().GetFixAsync(context).GetAwaiter().GetResult().ShouldNotBeNull(), document);
    }

    private static Document Open(string source)
    {
        var compilation = Source.Compile(source);
        var (tree, usings) = (compilation.SyntaxTrees[0], compilation.SyntaxTrees[1]);
        return new AdhocWorkspace().AddProject("Declared", LanguageNames.CSharp)
            .WithMetadataReferences(compilation.References).WithCompilationOptions(compilation.Options).WithParseOptions(tree.Options)
            .AddDocument("Usings.cs", usings.GetText()).Project
            .AddDocument("Declared0.cs", tree.GetText());
    }

    private static Diagnostic[] Find(Document document)
    {
        var tree = document.GetSyntaxTreeAsync().GetAwaiter().GetResult()!;
        return [.. Source.Findings(tree.ToString()).Select(finding => Diagnostic.Create(finding.Descriptor, Location.Create(tree, finding.Location.SourceSpan), null, finding.Properties))];
    }

    private static async Task<IReadOnlyList<CodeAction>> OffersAsync(Document document)
    {
        foreach (var finding in Find(document))
        {
            var offers = new List<CodeAction>();
            foreach (var provider in Providers().Where(each => each.FixableDiagnosticIds.Contains(finding.Id)))
                offers.AddRange(await OffersAsync(document, provider, [finding]));
            if (offers.Count > 0)
                return offers;
        }

        return [];
    }

    private static async Task<IReadOnlyList<CodeAction>> OffersAsync(Document document, CodeFixProvider provider, IReadOnlyList<Diagnostic> findings)
    {
        var offers = new List<CodeAction>();
        foreach (var finding in findings.Where(each => provider.FixableDiagnosticIds.Contains(each.Id)))
            await provider.RegisterCodeFixesAsync(new CodeFixContext(document, finding, (action, _) => offers.Add(action), default));
        return offers;
    }

    private static IEnumerable<CodeFixProvider> Providers() => typeof(DeclarationFix).Assembly.GetTypes()
        .Where(type => typeof(CodeFixProvider).IsAssignableFrom(type) && !type.IsAbstract).Select(type => (CodeFixProvider)Activator.CreateInstance(type)!);

    private static string TextAfter(CodeAction action, Document document) =>
        action.GetOperationsAsync(default).GetAwaiter().GetResult().OfType<ApplyChangesOperation>().Single()
            .ChangedSolution.GetDocument(document.Id)!.GetTextAsync().GetAwaiter().GetResult().ToString();

    private sealed class Findings(IReadOnlyList<Diagnostic> all) : FixAllContext.DiagnosticProvider
    {
        public override Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellationToken) => Task.FromResult<IEnumerable<Diagnostic>>(all);

        public override Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellationToken) => Task.FromResult<IEnumerable<Diagnostic>>([]);

        public override Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellationToken) => Task.FromResult<IEnumerable<Diagnostic>>(all);
    }
}
