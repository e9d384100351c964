using System.IO.Compression;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Text.RegularExpressions;

namespace CM.Runtime;

/// <summary>The text of a declaration, or of what was generated from it.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="IsGenerated">Whether the generator wrote it.</param>
/// <param name="Text">All of it.</param>
internal sealed record DeclaredSource(string Name, bool IsGenerated, string Text);

/// <summary>
/// Finds the source of an experiment and of all records that it names, in the debug symbols beside the program: with EmbedAllSources, which
/// the package CM.Dsl sets, the compiler puts every file there.
/// </summary>
internal static class DeclaredSources
{
    private const string GeneratedEnding = ".g.cs";
    private const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
    private static readonly Guid EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    /// <summary>The files, declarations first; none where there are no symbols.</summary>
    /// <param name="experiment">The declared record.</param>
    public static IReadOnlyList<DeclaredSource> Of(Type experiment)
    {
        var found = new List<DeclaredSource>();
        foreach (var records in RecordsOf(experiment).GroupBy(record => record.Assembly))
            found.AddRange(Documents(records.Key.Location).Where(document => records.Any(record => Tells(document, record))));
        return [.. found.OrderBy(source => source.IsGenerated)];
    }

    /// <summary>
    /// Whether a file declares a record or was generated from it; a number sets files apart whose names differ only in case.
    /// </summary>
    internal static bool Tells(DeclaredSource document, Type record) => document.IsGenerated
        ? Regex.IsMatch(document.Name, $@"^{Regex.Escape(record.FullName!.Replace('+', '.'))}(-\d+|\..+)?{Regex.Escape(GeneratedEnding)}$")
        : Regex.IsMatch(document.Text, $@"\brecord\s+@?{Regex.Escape(record.Name)}\b");

    /// <summary>An experiment, its bases, and what their attributes and those of their parts name.</summary>
    private static HashSet<Type> RecordsOf(Type experiment)
    {
        var found = new HashSet<Type>();
        var open = new Queue<Type>([experiment]);
        while (open.TryDequeue(out var type))
        {
            if (type.Assembly == typeof(CM.Dsl.IDataSource).Assembly || type.Assembly == typeof(object).Assembly || !found.Add(type))
                continue;
            if (type.BaseType is { } above)
                open.Enqueue(above);
            var members = type.GetProperties(Own).Prepend<MemberInfo>(type);
            var attributes = members.SelectMany(CustomAttributeData.GetCustomAttributes);
            foreach (var argument in attributes.SelectMany(attribute => attribute.AttributeType.GenericTypeArguments))
                open.Enqueue(argument);
        }
        return found;
    }

    private static IEnumerable<DeclaredSource> Documents(string assembly)
    {
        if (!File.Exists(assembly))
            yield break;
        using var image = new PEReader(File.OpenRead(assembly));
        if (!image.TryOpenAssociatedPortablePdb(assembly, path => File.Exists(path) ? File.OpenRead(path) : null, out var symbols, out _))
            yield break;
        using (symbols)
        {
            var reader = symbols!.GetMetadataReader();
            foreach (var handle in reader.Documents)
                if (TextOf(reader, handle) is { } text)
                {
                    var path = reader.GetString(reader.GetDocument(handle).Name);
                    var name = path[(path.LastIndexOfAny(['/', '\\']) + 1)..];
                    yield return new DeclaredSource(name, name.EndsWith(GeneratedEnding, StringComparison.Ordinal), text);
                }
        }
    }

    /// <summary>Four bytes with the length, 0 where it is not packed, then the text.</summary>
    private static string? TextOf(MetadataReader reader, DocumentHandle document)
    {
        foreach (var handle in reader.GetCustomDebugInformation(document))
        {
            var information = reader.GetCustomDebugInformation(handle);
            if (reader.GetGuid(information.Kind) != EmbeddedSource)
                continue;
            var bytes = reader.GetBlobBytes(information.Value);
            using var content = new MemoryStream(bytes, sizeof(int), bytes.Length - sizeof(int));
            using Stream stream = BitConverter.ToInt32(bytes) == 0 ? content : new DeflateStream(content, CompressionMode.Decompress);
            using var text = new StreamReader(stream, Encoding.UTF8);
            return text.ReadToEnd();
        }
        return null;
    }
}
