using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace CM.Generators.Keystrokes;

/// <summary>What the files of a compilation declare, by simple name: enough to say, without binding anything, that an edit cannot concern a record.</summary>
internal sealed class Declarations
{
    private static readonly ConditionalWeakTable<Compilation, Declarations> Known = new();

    private readonly Dictionary<string, ImmutableArray<Declaration>> types = [];
    private readonly HashSet<string> namespaces = [];
    private readonly HashSet<string> usings = [];
    private readonly ImmutableArray<MetadataReference> references;
    private readonly CompilationOptions options;
    private readonly string? assembly;

    private Declarations(Compilation compilation)
    {
        (references, options, assembly) = (compilation.ExternalReferences, compilation.Options, compilation.AssemblyName);
        foreach (var file in compilation.SyntaxTrees.Select(DeclaredFile.Of))
        {
            namespaces.UnionWith(file.Namespaces);
            usings.UnionWith(file.EverywhereUsings);
            foreach (var declaration in file.Declarations)
                types[declaration.Name] = types.TryGetValue(declaration.Name, out var others) ? others.Add(declaration) : [declaration];
        }
    }

    public static Declarations Of(Compilation compilation) => Known.GetValue(compilation, static compilation => new(compilation));

    /// <summary>All words on which the meaning of a type can depend, and of what it mentions, and so on.</summary>
    /// <param name="type">Its simple name.</param>
    public string[] Reach(string type)
    {
        var reached = new HashSet<string>();
        var waiting = new Stack<string>(usings.Append(type));
        while (waiting.Count > 0)
        {
            var word = waiting.Pop();
            if (!reached.Add(word))
                continue;
            foreach (var next in Named(word).SelectMany(declaration => declaration.Words))
                waiting.Push(next);
            if (!word.EndsWith("Attribute", StringComparison.Ordinal))
                waiting.Push(word + "Attribute");
        }

        return [.. reached];
    }

    /// <summary>Whether none of the words can mean something else than it did.</summary>
    public bool Agrees(Declarations before, string[] words)
    {
        if (ReferenceEquals(this, before))
            return true;
        return assembly == before.assembly && (references == before.references || references.SequenceEqual(before.references)) && options.Equals(before.options) && usings.SetEquals(before.usings)
            && words.All(word => namespaces.Contains(word) == before.namespaces.Contains(word) && Named(word).SequenceEqual(before.Named(word)));
    }

    private ImmutableArray<Declaration> Named(string word) => types.TryGetValue(word, out var found) ? found : [];
}
