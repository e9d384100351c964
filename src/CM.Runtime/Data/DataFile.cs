using System.IO.Compression;

namespace CM.Runtime;

/// <summary>Opens data files, gzipped or not; what is wrong with them is the user's to mend.</summary>
internal static class DataFile
{
    private const long DeflateLimit = 1032; // deflate never makes data larger than this many times

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">Takes its content, unpacked, and the most bytes that can be in it.</param>
    /// <exception cref="UserError">The file cannot be read or is damaged.</exception>
    public static T Read<T>(string path, Func<Stream, long, T> read)
    {
        try
        {
            using var file = File.OpenRead(path);
            var zipped = IsGzip(file);
            if (!zipped && path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
                throw new UserError($"{path}: no gzip file, though its name ends in .gz.");
            using Stream stream = zipped ? new GZipStream(file, CompressionMode.Decompress) : file;
            return read(stream, zipped ? file.Length * DeflateLimit : file.Length);
        }
        catch (InvalidDataException damage)
        {
            throw new UserError($"{path}: damaged file ({damage.Message.TrimEnd('.')}); fetch it again.", damage);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"{path}: cannot be read ({failure.Message.TrimEnd('.')}).", failure);
        }
    }

    private static bool IsGzip(FileStream file)
    {
        var zipped = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        return zipped;
    }
}
