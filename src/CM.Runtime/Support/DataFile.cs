using System.IO.Compression;

namespace CM.Runtime;

/// <summary>Opens data files, gzipped or not; what is wrong with them is the user's to mend.</summary>
internal static class DataFile
{
    /// <summary>Deflate never makes data larger than this many times.</summary>
    public const long DeflateLimit = 1032;


    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">Reader of its content, unpacked, with the most bytes that can be in it.</param>
    /// <exception cref="UserError">The file cannot be read or is damaged.</exception>
    public static T Read<T>(string path, Func<Stream, long, T> read) => Guard(path, () =>
    {
        using var file = File.OpenRead(path);
        var zipped = IsGzip(file);
        if (!zipped && path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
            throw new UserError($"{path}: no gzip file, though its name ends in .gz.");
        using Stream stream = zipped ? new GZipStream(file, CompressionMode.Decompress) : file;
        return read(stream, zipped ? file.Length * DeflateLimit : file.Length);
    });

    /// <summary>Reads something, and says in which file it went wrong.</summary>
    /// <exception cref="UserError">The file cannot be read or is damaged.</exception>
    public static T Guard<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception damage) when (damage is InvalidDataException or FormatException or EndOfStreamException)
        {
            throw new UserError($"{path}: damaged file ({damage.Message.TrimEnd('.')}); fetch it again.", damage);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"{path}: cannot be read ({failure.Message.TrimEnd('.')}).", failure);
        }
    }

    /// <summary>Reads a whole file, unpacked.</summary>
    /// <exception cref="UserError">The file cannot be read or is damaged.</exception>
    public static byte[] ReadBytes(string path) => Read(path, ReadBytes);

    /// <summary>Reads what is left of a stream.</summary>
    /// <param name="stream">Stream to read.</param>
    /// <param name="limit">The most bytes that can be in it.</param>
    /// <exception cref="InvalidDataException">There are more.</exception>
    public static byte[] ReadBytes(Stream stream, long limit)
    {
        using var bytes = new MemoryStream();
        var chunk = new byte[1 << 16];
        for (var count = stream.Read(chunk); count > 0; count = stream.Read(chunk))
        {
            if (bytes.Length + count > Math.Min(limit, Array.MaxLength))
                throw new InvalidDataException($"it holds more than {limit:N0} bytes");
            bytes.Write(chunk, 0, count);
        }
        return bytes.ToArray();
    }

    private static bool IsGzip(FileStream file)
    {
        var zipped = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        return zipped;
    }
}
