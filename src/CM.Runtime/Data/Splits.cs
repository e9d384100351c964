using System.Text.RegularExpressions;

namespace CM.Runtime;

/// <summary>
/// Tells the training, validation and test pictures of a set apart by their folders: <c>train/cat/1.png</c> or <c>cat/train/1.png</c>.
/// </summary>
/// <param name="path">The set, for messages.</param>
/// <param name="files">All pictures; at least one.</param>
internal sealed partial class Splits(string path, IReadOnlyList<string> files)
{
    private readonly int top = CommonTop(files);

    /// <summary>Takes the pictures of one split, under names without its folder; all of them where there are no splits.</summary>
    /// <param name="wanted">The folder of the split; null for the only one.</param>
    /// <exception cref="UserError">There are several and none is chosen, or there is no such folder.</exception>
    public IReadOnlyList<Picture> Choose(string? wanted)
    {
        for (var depth = 0; depth < 2; depth++)
        {
            var folders = Folders(depth);
            if (wanted is null && AreSplits(folders, depth))
                throw new UserError(
                    $"{path}: its folders {string.Join(", ", folders)} are splits, not classes; take one with: "
                    + ProgramName.Command("data", "prepare", path, "OUT.zip", "--size", "N", "--split", folders[0]));
            if (folders.Find(folder => IsWanted(folder, wanted)) is { } found)
                return Named(files.Where(file => Folder(file, depth) == found), file => file.Remove(Start(file, depth), found.Length + 1));
        }
        return wanted is null || files[0][..top].Split('/').Any(folder => IsWanted(folder, wanted))
            ? Named(files, file => file)
            : throw new UserError($"--split {wanted}: {path} has no such folder; there are: "
                + $"{string.Join(", ", Folders(depth: 0).Take(10))}.");
    }

    private static List<Picture> Named(IEnumerable<string> files, Func<string, string> name)
    {
        var pictures = files.Select(file => new Picture(file, name(file))).ToList();
        var top = CommonTop([.. pictures.Select(picture => picture.Name)]);
        return [.. pictures.Select(picture => picture with { Name = picture.Name[top..] })];
    }

    /// <summary>The length of the folders that all files share, without the last folder of any file: that may be its class.</summary>
    private static int CommonTop(IReadOnlyList<string> files)
    {
        var top = 0;
        while (files[0].IndexOf('/', top) + 1 is var next and > 0 && files.All(file => IsInFolder(file, files[0][..next], next)))
            top = next;
        return top;

        static bool IsInFolder(string file, string folder, int end) =>
            file.StartsWith(folder, StringComparison.Ordinal) && file.IndexOf('/', end) >= 0;
    }

    private static bool IsWanted(string folder, string? wanted) => folder.Equals(wanted, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Whether folders name training pictures and others. One of those names alone may be a class; inside of classes all
    /// folders have to be splits.
    /// </summary>
    private static bool AreSplits(List<string> folders, int depth)
    {
        var kinds = folders.Select(KindOf).ToList();
        return kinds.OfType<string>().Distinct().Count() > 1 && (depth == 0 || kinds.All(kind => kind is not null));
    }

    private static string? KindOf(string folder) => SplitName().Match(folder) is not { Success: true } match ? null
        : match.Groups["train"].Success ? "train" : match.Groups["test"].Success ? "test" : "validation";

    private List<string> Folders(int depth) =>
        [.. files.Select(file => Folder(file, depth)).OfType<string>().Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The folder of a file at a depth below the common ones; null where it lies in none.</summary>
    private string? Folder(string file, int depth)
    {
        var start = Start(file, depth);
        return file.IndexOf('/', start) is var end and >= 0 ? file[start..end] : null;
    }

    /// <summary>The beginning of that folder; the end of the file's name where there is none.</summary>
    private int Start(string file, int depth)
    {
        var start = top;
        for (; depth > 0 && start < file.Length; depth--)
            start = file.IndexOf('/', start) is var end and >= 0 ? end + 1 : file.Length;
        return start;
    }

    [GeneratedRegex("""
        ^ (images|imgs|data|set|split)? [-_\ ]?
        ((?<train>train(ing)?) | (?<test>test(ing)?) | val(id(ation)?)? | dev | eval(uation)?)
        [-_\ ]? (images|imgs|data|set|split)? [-_\ ]? \d* [ab]? $
        """, RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex SplitName();
}
