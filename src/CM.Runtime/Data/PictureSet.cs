namespace CM.Runtime;

/// <summary>A picture of a set.</summary>
/// <param name="File">Its file in the <see cref="FileSet"/>.</param>
/// <param name="Name"> Its name in the set, such as <c>cat/001.png</c>: without folders that all pictures share or that name a split.
/// </param>
internal sealed record Picture(string File, string Name);

/// <summary>
/// The pictures in a folder or a zip file as people pack them: files that operating systems leave behind are left out, common top folders
/// are taken off, and training and validation pictures are kept apart.
/// </summary>
internal sealed class PictureSet
{
    public const string LabelFile = "dataset.json";

    /// <summary>
    /// Files and folders that macOS, Windows, Synology and Python make for themselves; others of the kind begin with a dot.
    /// </summary>
    private static readonly HashSet<string> Leftovers = new(StringComparer.OrdinalIgnoreCase)
    {
        "__MACOSX", "Icon\r", "Thumbs.db", "ehthumbs.db", "desktop.ini", "$RECYCLE.BIN", "System Volume Information", "@eaDir",
        "lost+found",
        "__pycache__",
    };

    private PictureSet(FileSet files, IReadOnlyList<Picture> pictures, string? labels, string? leftOut)
    {
        Files = files;
        Pictures = pictures;
        Labels = labels;
        LeftOut = leftOut;
    }

    public FileSet Files { get; }

    public IReadOnlyList<Picture> Pictures { get; }

    /// <summary>The file <c>dataset.json</c> with the labels; null where there is none.</summary>
    public string? Labels { get; }

    /// <summary>A line that counts the files that are left out, and says why; null where there are none.</summary>
    public string? LeftOut { get; }

    /// <summary>
    /// The folders that are the classes, in the order of their names; null where a picture lies in none, or where there are labels.
    /// </summary>
    public IReadOnlyList<string>? ClassFolders => Labels is null && Pictures.All(picture => picture.Name.Contains('/'))
        ? [.. Pictures.Select(picture => FirstFolder(picture.Name)).Distinct().Order(StringComparer.Ordinal)]
        : null;

    /// <summary>The first folder of a name.</summary>
    public static string FirstFolder(string name) => name[..name.IndexOf('/')];

    /// <summary>Finds the pictures.</summary>
    /// <param name="files">A folder or a zip file.</param>
    /// <param name="split">The folder to take, such as <c>train</c>, where there are several splits.</param>
    /// <exception cref="UserError">There are no pictures, some cannot be read, or there are several splits and none is chosen.</exception>
    public static PictureSet Find(FileSet files, string? split = null)
    {
        var kept = files.Names.Where(name => !IsLeftover(name)).ToList();
        var unreadable = kept.Where(name => ImageFile.HasEnding(name, ImageFile.ForeignEndings)).ToList();
        if (unreadable.Count > 0)
            throw new UserError(
                $"{files.Path}: {CountByEnding(unreadable)} cannot be read, such as {unreadable[0]}; "
                    + "convert them to PNG, for instance with: mogrify "
                + $"-format png *{Path.GetExtension(unreadable[0])}, and take the others away.");
        var all = kept.Where(name => ImageFile.HasEnding(name, ImageFile.Endings)).ToList();
        if (all.Count == 0)
            throw new UserError($"{files.Path}: there is no image file in it{(kept.Count == 0 ? "" : $", only {CountByEnding(kept)}")}; "
                + $"{string.Join(", ", ImageFile.Endings)} are read.");

        var chosen = new Splits(files.Path, all).Choose(split);
        var labels = kept.Where(name => Path.GetFileName(name) == LabelFile && chosen.All(picture => IsBelow(picture, FolderOf(name))))
            .MaxBy(name => name.Length);
        if (labels is not null)
            chosen = [.. chosen.Select(picture => picture with { Name = picture.File[FolderOf(labels).Length..] })];

        var reasons = new List<string>();
        if (kept.Count < files.Names.Count)
            reasons.Add($"{CountByEnding(files.Names.Where(IsLeftover))} that macOS, Windows or notebooks left behind");
        if (kept.Where(name => !ImageFile.HasEnding(name, ImageFile.Endings) && name != labels).ToList() is { Count: > 0 } others)
            reasons.Add($"{CountByEnding(others)}, no pictures");
        if (chosen.Count < all.Count)
            reasons.Add($"{all.Count - chosen.Count:N0} pictures outside {split}");
        return new PictureSet(files, chosen, labels, reasons.Count == 0 ? null : $"left out: {string.Join("; ", reasons)}");
    }

    private static bool IsLeftover(string name) => name.Split('/').Any(part => part.StartsWith('.') || Leftovers.Contains(part));

    private static bool IsBelow(Picture picture, string folder) => picture.File.StartsWith(folder, StringComparison.Ordinal);

    private static string FolderOf(string file) => file[..(file.LastIndexOf('/') + 1)];

    /// <summary>For instance <c>12 .txt, 1 .csv</c>.</summary>
    private static string CountByEnding(IEnumerable<string> names) =>
        string.Join(", ", names.GroupBy(Path.GetExtension, StringComparer.OrdinalIgnoreCase)
            .OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => $"{group.Count():N0} {(group.Key!.Length > 0 ? group.Key : "without an ending")}"));
}
