using System.IO.Compression;
using System.Text.Json.Nodes;

namespace CM.Runtime;

/// <summary>Turns a folder of pictures into a zip file of square PNG files, all of one size.</summary>
internal static class Preparation
{
    /// <summary>
    /// Reads, cuts and resizes all pictures, and writes them under their names in the set, which then end in <c>.png</c>;
    /// <c>dataset.json</c> comes along.
    /// </summary>
    /// <param name="from">A folder, or a zip file.</param>
    /// <param name="to">The new zip file.</param>
    /// <param name="size">Columns and rows, 1 or more.</param>
    /// <param name="filter">Filter that weighs pixels.</param>
    /// <param name="split">The folder to take, such as <c>train</c>, where there are several splits.</param>
    /// <param name="progress">Told how many of how many are done.</param>
    /// <returns>The pictures that were taken.</returns>
    /// <exception cref="UserError">There are none, one is damaged, or two would get the same name.</exception>
    public static PictureSet Run(string from, string to, int size, ResizeFilter filter, string? split, Action<int, int> progress)
    {
        if (!Path.Exists(from))
            throw new UserError($"{from}: there is no such folder and no such zip file.");
        using var files = FileSet.Open(from);
        var set = PictureSet.Find(files, split);
        if (set.Pictures.GroupBy(picture => NewName(picture.Name)).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new UserError($"{files.Path}: {string.Join(" and ", twice.Select(picture => picture.File))} would both "
                + $"become {twice.Key}; rename one.");
        try
        {
            AtomicFile.Write(to, stream => Write(stream, set, size, filter, progress));
        }
        catch (AggregateException several) when (several.InnerException is UserError first)
        {
            throw new UserError(first.Message, several);
        }
        return set;
    }

    private static void Write(Stream stream, PictureSet set, int size, ResizeFilter filter, Action<int, int> progress)
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        if (set.Labels is not null)
            Add(zip, PictureSet.LabelFile, RenamedLabels(set.Files, set.Labels), CompressionLevel.Optimal);
        var done = 0;
        var converted = set.Pictures.AsParallel().AsOrdered()
            .Select(picture => (picture.Name, Convert(set.Files, picture.File, size, filter)));
        foreach (var (name, bytes) in converted)
        {
            Add(zip, NewName(name), bytes, CompressionLevel.NoCompression); // PNG is packed already
            progress(++done, set.Pictures.Count);
        }
    }

    private static string NewName(string picture) => Path.ChangeExtension(picture, ".png");

    private static byte[] Convert(FileSet files, string picture, int size, ResizeFilter filter) =>
        Resize.Square(ImageFile.Read(files.Read(picture), files.NameOf(picture)), size, filter).Png;

    /// <summary><c>dataset.json</c> with the new names of the pictures; the same bytes where all names stay.</summary>
    private static byte[] RenamedLabels(FileSet files, string file)
    {
        var bytes = files.Read(file);
        return PictureLabels.Guard(files.NameOf(file), () =>
        {
            var json = JsonNode.Parse(bytes)!;
            var renamed = false;
            foreach (var pair in json["labels"]?.AsArray() ?? [])
            {
                var name = (string)pair![0]!;
                if (!ImageFile.HasEnding(name, ImageFile.Endings) || NewName(name) == name)
                    continue;
                pair[0] = NewName(name);
                renamed = true;
            }
            return renamed ? JsonText.Bytes(json, indented: false) : bytes;
        });
    }

    private static void Add(ZipArchive zip, string name, byte[] bytes, CompressionLevel level)
    {
        var entry = zip.CreateEntry(name, level);
        entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero); // the same pictures make the same file
        using var stream = entry.Open();
        stream.Write(bytes);
    }
}
