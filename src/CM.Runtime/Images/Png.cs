using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace CM.Runtime;

/// <summary>
/// Reads and writes PNG files (W3C Portable Network Graphics, second edition): every colour and number of bits, every filter; every chunk's CRC is
/// checked. Interlaced files are refused. Gamma and colour profiles are not applied.
/// </summary>
internal static class Png
{
    /// <summary>As many bytes from the start of a file as <see cref="ReadHeader"/> needs.</summary>
    public const int HeaderBytes = 33;

    private static readonly byte[] Signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Reads size and kind.</summary>
    /// <param name="file">The first <see cref="HeaderBytes"/> bytes of a file, or more.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <exception cref="UserError">The file is damaged, interlaced, or something else.</exception>
    public static PngHeader ReadHeader(ReadOnlySpan<byte> file, string name)
    {
        if (!file.StartsWith(Signature))
            throw new UserError($"{name}: no PNG file{Foreign(file, name)}");
        var place = Signature.Length;
        var chunk = NextChunk(file, name, ref place, out var type);
        if (type != "IHDR" || chunk.Length != 13)
            throw new UserError($"{name}: damaged PNG file, it does not begin with its header IHDR.");
        var (width, height) = (BinaryPrimitives.ReadUInt32BigEndian(chunk), BinaryPrimitives.ReadUInt32BigEndian(chunk[4..]));
        if (width is 0 or > int.MaxValue || height is 0 or > int.MaxValue)
            throw new UserError($"{name}: damaged PNG file, {width}×{height} is no size.");
        var header = new PngHeader((int)width, (int)height, chunk[8], (PngColour)chunk[9]);
        if (!header.IsKnown)
            throw new UserError($"{name}: damaged PNG file, there is no colour type {chunk[9]} with {chunk[8]} bits.");
        if (chunk[10] != 0 || chunk[11] != 0 || chunk[12] > 1)
            throw new UserError($"{name}: PNG file with compression {chunk[10]}, filter method {chunk[11]} and interlace method {chunk[12]}, which the format does not have.");
        if (chunk[12] == 1)
            throw new UserError($"{name}: interlaced PNG file (Adam7), which is not read; store it without interlacing, for instance with: mogrify -interlace none {Path.GetFileName(name)}");
        return header;
    }

    /// <summary>Reads a file.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <exception cref="UserError">The file is damaged, interlaced, or something else.</exception>
    public static PngImage Read(ReadOnlySpan<byte> file, string name)
    {
        var header = ReadHeader(file, name);
        byte[] palette = [], transparency = [];
        using var compressed = new MemoryStream();
        var before = "";
        for (var (place, type) = (HeaderBytes, ""); type != "IEND"; before = type)
        {
            var chunk = NextChunk(file, name, ref place, out type);
            switch (type)
            {
                case "PLTE" when palette.Length == 0 && compressed.Length == 0 && chunk.Length is > 0 and <= 3 * 256 && chunk.Length % 3 == 0:
                    palette = chunk.ToArray();
                    break;
                case "tRNS" when compressed.Length == 0 && transparency.Length == 0 && chunk.Length == TransparencyBytes(header, palette, chunk.Length):
                    transparency = chunk.ToArray();
                    break;
                case "IDAT" when compressed.Length == 0 || before == "IDAT":
                    compressed.Write(chunk);
                    break;
                case "IEND":
                    break;
                case "IHDR" or "PLTE" or "tRNS" or "IDAT":
                    throw new UserError($"{name}: damaged PNG file, its chunk {type} of {chunk.Length} bytes cannot be where it is.");
                default:
                    if (char.IsAsciiLetterUpper(type[0]))
                        throw new UserError($"{name}: PNG file with a chunk {type}, which is unknown but said to be needed.");
                    break;
            }
        }
        if (header.Colour == PngColour.Palette && palette.Length == 0)
            throw new UserError($"{name}: damaged PNG file, its palette is missing.");

        var image = new PngImage(header, Unpack(header, compressed, name)) { Palette = palette, Transparency = transparency };
        if (header.Colour == PngColour.Palette)
            CheckIndices(image, name);
        return image;
    }

    /// <summary>Writes a picture, each row with the filter that leaves the smallest differences.</summary>
    public static void Write(Stream stream, PngImage image)
    {
        stream.Write(Signature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Header.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], image.Header.Height);
        header[8] = (byte)image.Header.Bits;
        header[9] = (byte)image.Header.Colour;
        header[10..].Clear(); // deflate, the five filters, not interlaced
        WriteChunk(stream, "IHDR"u8, header);
        if (image.Palette.Length > 0)
            WriteChunk(stream, "PLTE"u8, image.Palette);
        if (image.Transparency.Length > 0)
            WriteChunk(stream, "tRNS"u8, image.Transparency);
        WriteChunk(stream, "IDAT"u8, Pack(image));
        WriteChunk(stream, "IEND"u8, []);
    }

    /// <summary>Writes a picture.</summary>
    public static void Write(Stream stream, Raster picture) =>
        Write(stream, new PngImage(new PngHeader(picture.Width, picture.Height, 8, picture.Channels == 1 ? PngColour.Grey : PngColour.Rgb), picture.Pixels));

    /// <summary>What a file that is no PNG file is, and what to do about it.</summary>
    private static string Foreign(ReadOnlySpan<byte> file, string name)
    {
        var kind = file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "JPEG"
            : file.StartsWith("GIF8"u8) ? "GIF"
            : file.StartsWith("BM"u8) ? "BMP"
            : file.StartsWith("RIFF"u8) ? "WebP"
            : null;
        return kind is null ? "." : $" but a {kind} file, which is not read; convert it, for instance with: mogrify -format png {Path.GetFileName(name)}";
    }

    private static ReadOnlySpan<byte> NextChunk(ReadOnlySpan<byte> file, string name, ref int place, out string type)
    {
        if (file.Length - place < 12)
            throw new UserError($"{name}: truncated PNG file, it ends before its chunk IEND.");
        var length = BinaryPrimitives.ReadUInt32BigEndian(file[place..]);
        type = Encoding.Latin1.GetString(file.Slice(place + 4, 4));
        if (!type.All(char.IsAsciiLetter))
            throw new UserError($"{name}: damaged PNG file, at byte {place} there is no chunk.");
        if (length > file.Length - place - 12)
            throw new UserError($"{name}: truncated PNG file, its chunk {type} of {length} bytes goes beyond its end.");
        var chunk = file.Slice(place + 8, (int)length);
        if (BinaryPrimitives.ReadUInt32BigEndian(file[(place + 8 + (int)length)..]) != Crc32.Of(file.Slice(place + 4, 4 + (int)length)))
            throw new UserError($"{name}: damaged PNG file, the CRC of its chunk {type} is wrong.");
        place += 12 + (int)length;
        return chunk;
    }

    /// <summary>How long tRNS must be; −1 where it must not be.</summary>
    private static int TransparencyBytes(PngHeader header, byte[] palette, int given) => header.Colour switch
    {
        PngColour.Grey => 2,
        PngColour.Rgb => 6,
        PngColour.Palette when given >= 1 && given <= palette.Length / 3 => given,
        _ => -1,
    };

    private static byte[] Unpack(PngHeader header, MemoryStream compressed, string name)
    {
        var total = (UInt128)header.RowBytes * (ulong)header.Height;
        if (total > (UInt128)Math.Min(Array.MaxLength, compressed.Length * DataFile.DeflateLimit) || 8L * header.Width * header.Height > Array.MaxLength)
            throw new UserError($"{name}: PNG file of {header.Width}×{header.Height}, but {compressed.Length:N0} packed bytes cannot hold that many pixels.");
        var rows = new byte[(int)total];
        var rowBytes = (int)header.RowBytes;
        var pixel = Math.Max(1, header.Bits * header.Channels / 8);
        ReadOnlySpan<byte> above = new byte[rowBytes];
        compressed.Position = 0;
        try
        {
            using var zlib = new ZLibStream(compressed, CompressionMode.Decompress);
            for (var y = 0; y < header.Height; y++)
            {
                var row = rows.AsSpan(y * rowBytes, rowBytes);
                var filter = zlib.ReadByte();
                if (filter < 0 || zlib.ReadAtLeast(row, rowBytes, throwOnEndOfStream: false) < rowBytes)
                    throw new UserError($"{name}: truncated PNG file, its pixels end in row {y} of {header.Height}.");
                if (filter >= PngFilter.Count)
                    throw new UserError($"{name}: damaged PNG file, row {y} has the unknown filter {filter}.");
                PngFilter.Undo(filter, row, above, pixel);
                above = row;
            }
            if (zlib.ReadByte() >= 0)
                throw new UserError($"{name}: damaged PNG file, data follows its last row.");
        }
        catch (Exception damage) when (damage is InvalidDataException or IOException)
        {
            throw new UserError($"{name}: damaged PNG file ({damage.Message.TrimEnd('.')}).", damage);
        }
        return rows;
    }

    private static void CheckIndices(PngImage image, string name)
    {
        var (header, colours) = (image.Header, image.Palette.Length / 3);
        for (var y = 0; y < header.Height; y++)
            for (var x = 0; x < header.Width; x++)
            {
                var bit = x * header.Bits;
                var index = image.Rows[y * header.RowBytes + bit / 8] >> (8 - header.Bits - bit % 8) & (1 << header.Bits) - 1;
                if (index >= colours)
                    throw new UserError($"{name}: damaged PNG file, a pixel has colour {index} of a palette of {colours}.");
            }
    }

    private static byte[] Pack(PngImage image)
    {
        var header = image.Header;
        var rowBytes = (int)header.RowBytes;
        var pixel = Math.Max(1, header.Bits * header.Channels / 8);
        var filters = header.Bits < 8 || header.Colour == PngColour.Palette ? 1 : PngFilter.Count; // differences of indices mean nothing
        byte[] above = new byte[rowBytes], best = new byte[rowBytes], next = new byte[rowBytes];
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (var y = 0; y < header.Height; y++)
            {
                var row = image.Rows.AsSpan(y * rowBytes, rowBytes);
                var (chosen, least) = (0, long.MaxValue);
                for (var filter = 0; filter < filters; filter++)
                {
                    PngFilter.Apply(filter, row, above, pixel, next);
                    var size = 0L;
                    foreach (var difference in next)
                        size += Math.Abs((int)(sbyte)difference);
                    if (size >= least)
                        continue;
                    (chosen, least) = (filter, size);
                    (best, next) = (next, best);
                }
                zlib.WriteByte((byte)chosen);
                zlib.Write(best);
                row.CopyTo(above);
            }
        }
        return compressed.ToArray();
    }

    private static void WriteChunk(Stream stream, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        stream.Write(number);
        stream.Write(type);
        stream.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Of(type, data));
        stream.Write(number);
    }
}
