using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Architecture;

/// <summary>An arrow from a folder to another one whose types it names.</summary>
/// <param name="From">The folder that uses.</param>
/// <param name="To">The folder that is used.</param>
/// <param name="Example">A file of the one and a type of the other.</param>
internal sealed record Arrow(string From, string To, string Example);

/// <summary>The folders of a project and the arrows between them, as the compiler understands the sources.</summary>
internal sealed class FolderGraph
{
    private const string PartialWithoutBody = "CS8795";

    private static readonly string[] ImplicitUsings =
        ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks"];

    private FolderGraph(string[] folders, Arrow[] arrows) => (Folders, Arrows) = (folders, arrows);

    /// <summary>Folders with sources, by name.</summary>
    public string[] Folders { get; }

    /// <summary>Arrows between different folders, by name.</summary>
    public Arrow[] Arrows { get; }

    public static FolderGraph Of(string project)
    {
        var root = RootOf(project);
        var compilation = Compile(project);
        var sources = compilation.SyntaxTrees.Where(source => source.FilePath.Length > 0).ToArray();

        // Generators, which implement partial members, do not run here.
        compilation.GetDiagnostics().Where(found => found.Severity == DiagnosticSeverity.Error && found.Id != PartialWithoutBody).Take(5).ShouldBeEmpty($"{project} must compile here too, or arrows are missed");

        var arrows = new SortedDictionary<(string From, string To), Arrow>();
        foreach (var source in sources)
        {
            var model = compilation.GetSemanticModel(source);
            var from = FolderOf(source.FilePath, root);
            foreach (var used in UsedTypes(model))
            {
                foreach (var to in used.DeclaringSyntaxReferences.Select(part => FolderOf(part.SyntaxTree.FilePath, root)).Where(to => to != from))
                    arrows.TryAdd((from, to), new(from, to, $"{Path.GetFileName(source.FilePath)} names {used.Name}"));
            }
        }

        return new([.. sources.Select(source => FolderOf(source.FilePath, root)).Distinct().Order(StringComparer.Ordinal)], [.. arrows.Values]);
    }

    private static CSharpCompilation Compile(string project)
    {
        var root = RootOf(project);
        var files = Directory.GetFiles(root, "*.cs", SearchOption.AllDirectories).Where(file => !IsOutput(Path.GetRelativePath(root, file))).Order(StringComparer.Ordinal).ToArray();
        var options = new CSharpParseOptions(LanguageVersion.Preview);
        var sources = files.Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), options, file)).ToArray();
        return CSharpCompilation.Create(project, [.. sources, CSharpSyntaxTree.ParseText(GlobalUsings(root, project), options)], References(project),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));
    }

    private static string RootOf(string project) => Path.Combine(Repository.Root, "src", project);

    // Types that are named, and those whose members are.
    private static IEnumerable<INamedTypeSymbol> UsedTypes(SemanticModel model) => model.SyntaxTree.GetRoot()
        .DescendantNodes(static node => node is not UsingDirectiveSyntax)
        .Where(static node => node is SimpleNameSyntax or ImplicitObjectCreationExpressionSyntax)
        .Select(node => model.GetSymbolInfo(node).Symbol)
        .Select(static symbol => symbol as INamedTypeSymbol ?? (symbol as IMethodSymbol)?.ReducedFrom?.ContainingType ?? symbol?.ContainingType)
        .OfType<INamedTypeSymbol>()
        .Select(static type => type.OriginalDefinition)
        .Distinct<INamedTypeSymbol>(SymbolEqualityComparer.Default);

    private static IEnumerable<MetadataReference> References(string project) =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(file => Path.GetFileNameWithoutExtension(file) != project)
            .Select(file => MetadataReference.CreateFromFile(file));

    private static string GlobalUsings(string root, string project)
    {
        var own = XDocument.Load(Path.Combine(root, project + ".csproj")).Descendants("Using")
            .Select(used => $"global using {((string?)used.Attribute("Static") == "true" ? "static " : "")}{(string)used.Attribute("Include")!};");
        return string.Join("\n", [.. ImplicitUsings.Select(used => $"global using {used};"), .. own]);
    }

    private static string FolderOf(string file, string root) => Path.GetDirectoryName(Path.GetRelativePath(root, file))!.Replace(Path.DirectorySeparatorChar, '/');

    private static bool IsOutput(string file) => file.Split(Path.DirectorySeparatorChar)[0] is "bin" or "obj";
}
