using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace CM.Generators.Incremental;

/// <summary>
/// Declarations of the files of a compilation: enough to say, without binding anything, that an edit cannot concern a record.
/// </summary>
internal sealed class Declarations
{
    private static readonly ConditionalWeakTable<Compilation, Declarations> Known = new();

    private readonly ConditionalWeakTable<Declarations, Changes> since = new();

    // Every generator asks for each record.
    private readonly ConcurrentDictionary<(DeclaredFile File, string Type), Declaration[]> reaches = new();
    private readonly HashSet<DeclaredFile> files;
    private readonly ILookup<string, Declaration> named;
    private readonly HashSet<string> namespaces;
    private readonly HashSet<string> usings;
    private readonly ImmutableArray<MetadataReference> references;
    private readonly CompilationOptions options;
    private readonly string? assembly;

    private Declarations(Compilation compilation)
    {
        (references, options, assembly) = (compilation.ExternalReferences, compilation.Options, compilation.AssemblyName);
        files = [.. compilation.SyntaxTrees.Select(DeclaredFile.Of)];
        named = files.SelectMany(file => file.Declarations).ToLookup(declaration => declaration.Name);
        namespaces = [.. files.SelectMany(file => file.Namespaces)];
        usings = [.. files.SelectMany(file => file.EverywhereUsings)];
    }

    public static Declarations Of(Compilation compilation) => Known.GetValue(compilation, static compilation => new(compilation));

    /// <summary>
    /// The declarations on which the meaning of a type can depend: its own parts, those that they can mention, and so on.
    /// </summary>
    /// <param name="file">File with the record.</param>
    /// <param name="type">Its simple name.</param>
    public Declaration[] Reach(DeclaredFile file, string type) => reaches.GetOrAdd((file, type), FindReach);

    private Declaration[] FindReach((DeclaredFile File, string Type) from)
    {
        var reached = new HashSet<Declaration>(from.File.Declarations.Where(declaration => declaration.Name == from.Type));
        var waiting = new Stack<Declaration>(reached);
        while (waiting.Count > 0)
        {
            var next = waiting.Pop();
            foreach (var other in next.MessageArguments.Concat(usings).SelectMany(word => named[word].Concat(named[word + "Attribute"])).Where(other => next.CanMean(other, usings)))
            {
                if (reached.Add(other))
                    waiting.Push(other);
            }
        }

        return [.. reached];
    }

    /// <summary>Whether no word in the declarations can mean something else than it did.</summary>
    public bool Agrees(Declarations before, Declaration[] reached) =>
        ReferenceEquals(this, before) || (since.GetValue(before, Compare) is { Everything: false } changes && !reached.Any(each => Concerns(changes, each)));

    private bool Concerns(Changes changes, Declaration declaration) =>
        changes.Namespaces.Any(word => declaration.MessageArguments.Contains(word) || usings.Contains(word))
        || changes.Declarations.Any(other => ReferenceEquals(other, declaration) || declaration.CanMean(other, usings));

    private Changes Compare(Declarations before)
    {
        if (assembly != before.assembly || !references.SequenceEqual(before.references) || !options.Equals(before.options) || !usings.SetEquals(before.usings))
            return new(true, [], []);
        DeclaredFile[] changed = [.. files.Except(before.files), .. before.files.Except(files)];
        return new(false,
            [.. changed.SelectMany(file => file.Declarations)],
            [.. changed.SelectMany(file => file.Namespaces).Where(name => namespaces.Contains(name) != before.namespaces.Contains(name)).Select(name => name.Substring(name.LastIndexOf('.') + 1))]);
    }

    /// <param name="Everything">Whether every word may mean something else.</param>
    /// <param name="Declarations">Those that came and those that went; what was edited did both.</param>
    /// <param name="Namespaces">Last words of the namespaces that came and went.</param>
    private sealed record Changes(bool Everything, Declaration[] Declarations, string[] Namespaces);
}
