using System.IO.Compression;

namespace CM.Runtime;

/// <summary>Turns a folder of pictures into a zip file of square ones, all of one size.</summary>
internal static class Preparation
{
    /// <summary>Reads all pictures, cuts and resizes them, and writes them under their own names; <c>dataset.json</c> comes along.</summary>
    /// <param name="from">A folder, or a zip file.</param>
    /// <param name="to">The new zip file.</param>
    /// <param name="size">Columns and rows, 1 or more.</param>
    /// <param name="filter">How pixels are weighed.</param>
    /// <param name="progress">Told how many of how many are done.</param>
    /// <returns>How many pictures there are.</returns>
    /// <exception cref="UserError">There are none, or one is damaged.</exception>
    public static int Run(string from, string to, int size, ResizeFilter filter, Action<int, int> progress)
    {
        if (!Path.Exists(from))
            throw new UserError($"{from}: there is no such folder and no such zip file.");
        using var files = FileSet.Open(from);
        var pictures = PngExamples.Pictures(files);
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
        if (files.Names.Contains(PngExamples.LabelFile))
            Add(zip, PngExamples.LabelFile, files.Read(PngExamples.LabelFile), CompressionLevel.Optimal);
        var done = 0;
        foreach (var (picture, bytes) in pictures.AsParallel().AsOrdered().Select(picture => (picture, Convert(files, picture, size, filter))))
        {
            Add(zip, picture, bytes, CompressionLevel.NoCompression); // PNG is packed already
            progress(++done, pictures.Length);
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
