using System.Text.Json;
using System.Text.Json.Nodes;

namespace CM.Runtime;

/// <summary>The classes of the pictures of a set.</summary>
/// <param name="Values">The class of each picture.</param>
/// <param name="Folders">The folder of each class; null where <c>dataset.json</c> numbers them.</param>
/// <param name="Description">The classes in words.</param>
internal sealed record PictureLabels(int[] Values, IReadOnlyList<string>? Folders, string Description)
{
    private const int MostNamed = 20;

    /// <summary>Reads <c>dataset.json</c>, or takes the folders where there is none.</summary>
    /// <exception cref="UserError">Neither says the class of a picture.</exception>
    public static PictureLabels Read(PictureSet set)
    {
        if (set.Labels is not null)
        {
            var values = OfFile(set, set.Labels);
            var classes = set.Pictures.Zip(values).GroupBy(pair => pair.Second, pair => pair.First.Name).OrderBy(same => same.Key);
            return new PictureLabels(values, null, Describe(PictureSet.LabelFile, [.. classes.Select(same => (same.Key, FolderOf(same)))]));
        }
        if (set.ClassFolders is not { } folders)
        {
            var homeless = set.Pictures.First(picture => !picture.Name.Contains('/'));
            throw new UserError($"{set.Files.NameOf(homeless.File)}: there is no {PictureSet.LabelFile} and the picture lies in no "
                + "folder, so its class is unknown.");
        }
        var numbers = folders.Index().ToDictionary(each => each.Item, each => each.Index);
        int[] ofFolders = [.. set.Pictures.Select(picture => numbers[PictureSet.FirstFolder(picture.Name)])];
        return new PictureLabels(ofFolders, folders, Describe(folders));
    }

    /// <summary>The classes with their numbers: <c>2 classes by folder: 0 cat, 1 dog</c>.</summary>
    public static string Describe(IReadOnlyList<string> folders) => Describe("folder", [.. folders.Index()]);

    private static string Describe(string source, IReadOnlyList<(int Number, string Name)> classes)
    {
        var named = classes.Select(each => $"{each.Number} {each.Name}".TrimEnd()).ToList();
        var listed = named.Count <= MostNamed ? named : [.. named.Take(MostNamed - 1), "…", named[^1]];
        return $"{named.Count} {(named.Count == 1 ? "class" : "classes")} by {source}: {string.Join(", ", listed)}";
    }

    /// <summary>The folder that all pictures of a class lie in; empty where they lie in several.</summary>
    private static string FolderOf(IEnumerable<string> names) =>
        names.Select(name => name.Contains('/') ? PictureSet.FirstFolder(name) : "").Distinct().ToList() is [var only] ? only : "";

    /// <summary>Reads a list of labels, and says what is wrong with its form.</summary>
    /// <exception cref="UserError">It is not of the form of EDM's data sets.</exception>
    public static T Guard<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (
            fault is JsonException or InvalidOperationException or FormatException or NullReferenceException or ArgumentException)
        {
            throw new UserError(
                $"{path}: not of the form {{\"labels\": [[\"folder/picture.png\", 3], …]}} ({fault.Message.TrimEnd('.')}).", fault);
        }
    }

    private static int[] OfFile(PictureSet set, string file)
    {
        var path = set.Files.NameOf(file);
        return Guard<int[]>(path, () =>
        {
            var pairs = JsonNode.Parse(set.Files.Read(file))?["labels"]?.AsArray()
                ?? throw new UserError($"{path}: its \"labels\" are null, so the pictures have no classes.");
            var labels = new Dictionary<string, int>();
            foreach (var pair in pairs)
                labels[((string)pair![0]!).Replace('\\', '/')] = (int)pair[1]!;
            var prefix = PrefixOf(labels.Keys, set.Pictures[0].Name);
            return
            [
                .. set.Pictures.Select(picture => labels.TryGetValue(prefix + picture.Name, out var label)
                    ? label
                    : throw new UserError($"{path}: says nothing of {picture.Name}.")),
            ];
        });
    }

    /// <summary>Folders above the set that <c>dataset.json</c> writes before the names of all pictures; usually none.</summary>
    private static string PrefixOf(IEnumerable<string> names, string picture) =>
        names.Where(name => name == picture || name.EndsWith("/" + picture, StringComparison.Ordinal))
            .MinBy(name => name.Length)?[..^picture.Length] ?? "";
}
