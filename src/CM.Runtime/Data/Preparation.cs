using System.IO.Compression;

namespace CM.Runtime;

/// <summary>Turns a folder of pictures into a zip file of square ones, all of one size.</summary>
internal static class Preparation
{
    /// <summary>Cuts and resizes all pictures, and writes them under their names in the set; <c>dataset.json</c> comes along.</summary>
    /// <param name="from">A folder, or a zip file.</param>
    /// <param name="to">The new zip file.</param>
    /// <param name="size">Columns and rows, 1 or more.</param>
    /// <param name="filter">How pixels are weighed.</param>
    /// <param name="split">The folder to take, such as <c>train</c>, where there are several splits.</param>
    /// <param name="progress">Told how many of how many are done.</param>
    /// <returns>The pictures that were taken.</returns>
    /// <exception cref="UserError">There are none, one is damaged, or the new file is there already.</exception>
    public static PictureSet Run(string from, string to, int size, ResizeFilter filter, string? split, Action<int, int> progress)
    {
        if (!Path.Exists(from))
            throw new UserError($"{from}: there is no such folder and no such zip file.");
        if (Path.Exists(to))
            throw new UserError($"{to}: is there already; name a new file.");
        using var files = FileSet.Open(from);
        var set = PictureSet.Find(files, split);
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
            Add(zip, PictureSet.LabelFile, set.Files.Read(set.Labels), CompressionLevel.Optimal);
        var done = 0;
        var converted = set.Pictures.AsParallel().AsOrdered().Select(picture => (picture.Name, Convert(set.Files, picture.File, size, filter)));
        foreach (var (name, bytes) in converted)
        {
            Add(zip, name, bytes, CompressionLevel.NoCompression); // PNG is packed already
            progress(++done, set.Pictures.Count);
        }
    }

    private static byte[] Convert(FileSet files, string picture, int size, ResizeFilter filter)
    {
        using var bytes = new MemoryStream();
        Png.Write(bytes, Resize.Square(Png.Read(files.Read(picture), files.NameOf(picture)), size, filter));
        return bytes.ToArray();
    }

    private static void Add(ZipArchive zip, string name, byte[] bytes, CompressionLevel level)
    {
        var entry = zip.CreateEntry(name, level);
        entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero); // the same pictures make the same file
        using var stream = entry.Open();
        stream.Write(bytes);
    }
}
