using System.Buffers.Binary;
using System.IO.Compression;

namespace CM.Runtime;

/// <summary>Grey images in an idx file, gzipped or not: magic 0x00000803, then count, height and width as big-endian 32-bit numbers, then a byte a pixel.</summary>
/// <param name="Count">How many images.</param>
/// <param name="Height">Rows of an image.</param>
/// <param name="Width">Columns of an image.</param>
/// <param name="Pixels">All images, row-major.</param>
internal sealed record IdxFile(int Count, int Height, int Width, byte[] Pixels)
{
    private const uint Magic = 0x00000803;
    private const int HeaderBytes = 16;
    private const long DeflateLimit = 1032; // deflate never makes data larger than this many times

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="UserError">The file cannot be read, is damaged, or holds something else.</exception>
    public static IdxFile Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var zipped = IsGzip(file);
            if (!zipped && path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
                throw new UserError($"{path}: no gzip file, though its name ends in .gz.");
            using Stream stream = zipped ? new GZipStream(file, CompressionMode.Decompress) : file;
            return Read(path, stream, zipped ? file.Length * DeflateLimit : file.Length);
        }
        catch (InvalidDataException damage)
        {
            throw new UserError($"{path}: damaged gzip file ({damage.Message.TrimEnd('.')}); fetch it again.", damage);
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

    private static IdxFile Read(string path, Stream stream, long limit)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (stream.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes)
            throw new UserError($"{path}: truncated, it ends inside its header of {HeaderBytes} bytes.");
        var magic = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (magic != Magic)
            throw new UserError($"{path}: no idx file of images: it starts with 0x{magic:X8} instead of 0x{Magic:X8}.");

        var count = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
        var height = BinaryPrimitives.ReadUInt32BigEndian(header[8..]);
        var width = BinaryPrimitives.ReadUInt32BigEndian(header[12..]);
        var what = $"{path}: {count} images of {height}×{width}";
        if (count == 0 || height == 0 || width == 0)
            throw new UserError($"{what}: there is nothing in it.");
        if ((UInt128)count * height * width > (UInt128)Array.MaxLength)
            throw new UserError($"{what}: more than the {Array.MaxLength:N0} bytes that fit.");
        var size = (int)(count * height * width);
        if (size > limit)
            throw new UserError($"{what}, but it is truncated: {size:N0} pixels cannot be in it.");

        var pixels = new byte[size];
        var found = stream.ReadAtLeast(pixels, size, throwOnEndOfStream: false);
        if (found < size)
            throw new UserError($"{what}, but it is truncated: it has {found:N0} of {size:N0} pixels.");
        if (stream.ReadByte() >= 0)
            throw new UserError($"{what}, but data follows the last of its {size:N0} pixels.");
        return new IdxFile((int)count, (int)height, (int)width, pixels);
    }
}
