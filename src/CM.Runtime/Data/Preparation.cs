using System.IO.Compression;
using System.Text.Json.Nodes;

namespace CM.Runtime;

/// <summary>Turns a folder of pictures into a zip file of square PNG files, all of one size.</summary>
internal static class Preparation
{
    /// <summary>
    /// Reads all pictures, cuts and resizes them, and writes them under their own names, which then end in <c>.png</c>; <c>dataset.json</c> comes along.
    /// </summary>
    /// <param name="from">A folder, or a zip file.</param>
    /// <param name="to">The new zip file.</param>
    /// <param name="size">Columns and rows, 1 or more.</param>
    /// <param name="filter">How pixels are weighed.</param>
    /// <param name="progress">Told how many of how many are done.</param>
    /// <returns>How many pictures there are.</returns>
    /// <exception cref="UserError">There are none, one is damaged, or two would get the same name.</exception>
    public static int Run(string from, string to, int size, ResizeFilter filter, Action<int, int> progress)
    {
        if (!Path.Exists(from))
            throw new UserError($"{from}: there is no such folder and no such zip file.");
        using var files = FileSet.Open(from);
        var pictures = ImageExamples.Pictures(files);
        if (pictures.GroupBy(NewName).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new UserError($"{files.Path}: {string.Join(" and ", twice)} would both become {twice.Key}; rename one.");
        try
        {
            AtomicFile.Write(to, stream => Write(stream, files, pictures, size, filter, progress));
        }
        catch (AggregateException several) when (several.InnerException is UserError first)
        {
            throw new UserError(first.Message, several);
        }
        return pictures.Length;
    }

    private static void Write(Stream stream, FileSet files, string[] pictures, int size, ResizeFilter filter, Action<int, int> progress)
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        if (files.Names.Contains(ImageExamples.LabelFile))
            Add(zip, ImageExamples.LabelFile, Labels(files, pictures), CompressionLevel.Optimal);
        var done = 0;
        foreach (var (picture, bytes) in pictures.AsParallel().AsOrdered().Select(picture => (picture, Convert(files, picture, size, filter))))
        {
            Add(zip, NewName(picture), bytes, CompressionLevel.NoCompression); // PNG is packed already
            progress(++done, pictures.Length);
        }
    }

    private static string NewName(string picture) => Path.ChangeExtension(picture, ".png");

    private static byte[] Convert(FileSet files, string picture, int size, ResizeFilter filter) =>
        Resize.Square(ImageFile.Read(files.Read(picture), files.NameOf(picture)), size, filter).Png;

    /// <summary><c>dataset.json</c> with the new names of the pictures.</summary>
    private static byte[] Labels(FileSet files, string[] pictures)
    {
        var bytes = files.Read(ImageExamples.LabelFile);
        var renamed = pictures.Where(picture => NewName(picture) != picture).ToHashSet();
        if (renamed.Count == 0)
            return bytes;
        return ImageExamples.GuardLabels(files, () =>
        {
            var json = JsonNode.Parse(bytes)!;
            foreach (var pair in json["labels"]?.AsArray() ?? [])
                if (renamed.Contains((string)pair![0]!))
                    pair[0] = NewName((string)pair[0]!);
            return JsonText.Bytes(json, indented: false);
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
