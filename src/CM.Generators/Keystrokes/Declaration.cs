using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CM.Generators.Keystrokes;

/// <summary>
/// One part of a type, or an extension method, by the words that stand in it. While nobody edits its file it is one and the same object, so
/// that comparing two of them costs nothing.
/// </summary>
/// <param name="name">Its simple name.</param>
/// <param name="words">The words on which its meaning can depend: those in it, in the <c>using</c>s of its file, and the names of the types around it.</param>
internal sealed class Declaration(string name, string[] words)
{
    public string Name => name;

    public string[] Words => words;
}

/// <summary>What one file declares; nothing of its syntax is kept alive.</summary>
internal sealed class DeclaredFile
{
    private static readonly ConditionalWeakTable<SyntaxTree, DeclaredFile> Known = new();

    private readonly HashSet<string> namespaces = [];
    private readonly List<Declaration> declarations = [];
    private readonly string[] usings;

    private DeclaredFile(SyntaxNode root)
    {
        var directives = root.DescendantNodes(static node => node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax).OfType<UsingDirectiveSyntax>().ToArray();
        usings = Words(directives);
        EverywhereUsings = Words(directives.Where(directive => !directive.GlobalKeyword.IsKind(SyntaxKind.None)));
        Add(root, []);
    }

    public IReadOnlyCollection<string> Namespaces => namespaces;

    public IReadOnlyList<Declaration> Declarations => declarations;

    /// <summary>Words of its <c>global using</c>s.</summary>
    public string[] EverywhereUsings { get; }

    public static DeclaredFile Of(SyntaxTree tree) => Known.GetValue(tree, static tree => new(tree.GetRoot()));

    private void Add(SyntaxNode parent, ImmutableArray<string> around)
    {
        foreach (var node in parent.ChildNodes())
        {
            switch (node)
            {
                case BaseNamespaceDeclarationSyntax space:
                    namespaces.UnionWith(Words([space.Name]));
                    Add(space, around);
                    break;
                case BaseTypeDeclarationSyntax type:
                    Add(type.Identifier, type, around);
                    Add(type, around.Add(type.Identifier.ValueText));
                    break;
                case DelegateDeclarationSyntax made:
                    Add(made.Identifier, made, around);
                    break;
                case MethodDeclarationSyntax { ParameterList.Parameters: { Count: > 0 } parameters } extension when parameters[0].Modifiers.Any(SyntaxKind.ThisKeyword):
                    Add(extension.Identifier, extension, around);
                    break;
            }
        }
    }

    private void Add(SyntaxToken name, SyntaxNode node, ImmutableArray<string> around) =>
        declarations.Add(new(name.ValueText, [.. Words([node]).Concat(usings).Concat(around).Distinct()]));

    private static string[] Words(IEnumerable<SyntaxNode> nodes) =>
        [.. nodes.SelectMany(node => node.DescendantTokens()).Where(token => token.IsKind(SyntaxKind.IdentifierToken)).Select(token => token.ValueText).Distinct()];
}
