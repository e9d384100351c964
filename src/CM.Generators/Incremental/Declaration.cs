using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CM.Generators.Incremental;

/// <summary>
/// One part of a type, or an extension method, by the words that stand in it. While nobody edits its file it is one and the same object, so
/// that comparing two of them costs nothing.
/// </summary>
/// <param name="name">Its simple name.</param>
/// <param name="path">The words of its namespace.</param>
/// <param name="words">The words on which its meaning can depend: those in it, those of its namespace and of the <c>using</c>s of its file,
/// and the names of the types around it.</param>
internal sealed class Declaration(string name, string[] path, HashSet<string> words)
{
    private const string Suffix = "Attribute";

    public string Name => name;

    public HashSet<string> MessageArguments => words;

    /// <summary>Whether a word in it can mean another declaration: its name stands in it, and every word of its namespace.</summary>
    public bool CanMean(Declaration other, HashSet<string> usings) => other.IsNamedIn(words, usings) && other.LiesIn(words, usings);

    private bool IsNamedIn(HashSet<string> words, HashSet<string> usings) => words.Contains(name) || usings.Contains(name)
        || (name.EndsWith(Suffix, StringComparison.Ordinal) && words.Contains(name.Substring(0, name.Length - Suffix.Length)));

    private bool LiesIn(HashSet<string> words, HashSet<string> usings) => path.All(word => words.Contains(word) || usings.Contains(word));
}

/// <summary>Declarations of one file; nothing of its syntax is kept alive.</summary>
internal sealed class DeclaredFile
{
    private static readonly ConditionalWeakTable<SyntaxTree, DeclaredFile> Known = new();

    private readonly HashSet<string> namespaces = [];
    private readonly List<Declaration> declarations = [];
    private readonly string[] usings;

    private DeclaredFile(SyntaxNode root)
    {
        var directives = root.DescendantNodes(static node => node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax).OfType<UsingDirectiveSyntax>().ToArray();
        usings = WordsIn(directives);
        EverywhereUsings = WordsIn(directives.Where(directive => !directive.GlobalKeyword.IsKind(SyntaxKind.None)));
        Add(root, [], []);
    }

    /// <summary>Full names of its namespaces and of those around them.</summary>
    public IReadOnlyCollection<string> Namespaces => namespaces;

    public IReadOnlyList<Declaration> Declarations => declarations;

    /// <summary>MessageArguments of its <c>global using</c>s.</summary>
    public string[] EverywhereUsings { get; }

    public static DeclaredFile Of(SyntaxTree tree) => Known.GetValue(tree, static tree => new(tree.GetRoot()));

    private void Add(SyntaxNode parent, string[] path, string[] around)
    {
        foreach (var node in parent.ChildNodes())
        {
            switch (node)
            {
                case BaseNamespaceDeclarationSyntax space:
                    string[] inner = [.. path, .. WordsIn([space.Name])];
                    for (var depth = 1; depth <= inner.Length; depth++)
                        namespaces.Add(string.Join(".", inner.Take(depth)));
                    Add(space, inner, around);
                    break;
                case BaseTypeDeclarationSyntax type:
                    Add(type.Identifier, type, path, around);
                    Add(type, path, [.. around, type.Identifier.ValueText]);
                    break;
                case DelegateDeclarationSyntax made:
                    Add(made.Identifier, made, path, around);
                    break;
                case MethodDeclarationSyntax { ParameterList.Parameters: { Count: > 0 } parameters } extension when parameters[0].Modifiers.Any(SyntaxKind.ThisKeyword):
                    Add(extension.Identifier, extension, path, around);
                    break;
            }
        }
    }

    private void Add(SyntaxToken name, SyntaxNode node, string[] path, string[] around) =>
        declarations.Add(new(name.ValueText, path, [.. WordsIn([node]), .. usings, .. path, .. around]));

    private static string[] WordsIn(IEnumerable<SyntaxNode> nodes) =>
        [.. nodes.SelectMany(node => node.DescendantTokens()).Where(token => token.IsKind(SyntaxKind.IdentifierToken)).Select(token => token.ValueText)];
}
