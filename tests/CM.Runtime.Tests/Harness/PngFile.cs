using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace CM.Runtime.Tests;

/// <summary>Numbers of a PNG file, with the numbers of the format.</summary>
public enum PngColour : byte
{
    Grey = 0,
    Rgb = 2,
    Palette = 3,
    GreyAlpha = 4,
    Rgba = 6,
}

/// <summary>A PNG file of any kind, put together by the specification alone (W3C Portable Network Graphics, second edition).</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Bits">Bits of a number.</param>
/// <param name="Colour">Meaning of the numbers.</param>
/// <param name="Rows">All rows without filter; numbers of 16 bits are big-endian.</param>
internal sealed record PngFile(int Width, int Height, int Bits, PngColour Colour, byte[] Rows)
{
    public byte[] Palette { get; init; } = [];

    /// <summary>The chunk tRNS: opacity of the palette's first colours, or the one colour that is transparent.</summary>
    public byte[] Transparency { get; init; } = [];

    public int Channels => Colour switch { PngColour.Rgb => 3, PngColour.GreyAlpha => 2, PngColour.Rgba => 4, _ => 1 };

    public int RowBytes => (Width * Channels * Bits + 7) / 8;

    /// <summary>A file with random numbers, and where it has one a random palette.</summary>
    public static PngFile Random(PngColour colour, int bits, int width, int height, int seed = 1)
    {
        var random = new Random(seed);
        var file = new PngFile(width, height, bits, colour, []);
        var (rows, palette) = (new byte[file.RowBytes * height], new byte[colour == PngColour.Palette ? 3 << bits : 0]);
        random.NextBytes(rows);
        random.NextBytes(palette);
        return file with { Rows = rows, Palette = palette };
    }

    /// <summary>The file.</summary>
    /// <param name="filter">Filter of every row, 0 to 4.</param>
    /// <param name="more">A chunk to put before the pixels.</param>
    public byte[] ToBytes(int filter = 0, (string Type, byte[] Data)? more = null) => Built(Filtered(filter), interlaced: false, more);

    /// <summary>The file in the seven passes of Adam7; 8 bits a number.</summary>
    public byte[] ToInterlacedBytes()
    {
        var raw = new List<byte>();
        (int, int, int, int)[] passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
        foreach (var (left, top, across, down) in passes)
            for (var y = top; y < Height && left < Width; y += down)
            {
                raw.Add(0);
                for (var x = left; x < Width; x += across)
                    raw.AddRange(Rows.AsSpan((y * Width + x) * Channels, Channels));
            }
        return Built([.. raw], interlaced: true, null);
    }

    /// <summary>Red, green, blue and opacity of each pixel; the upper 8 bits of 16.</summary>
    public byte[] ToRgba() => [.. Enumerable.Range(0, Width * Height).SelectMany(pixel =>
    {
        var numbers = Enumerable.Range(0, Channels).Select(channel => Number(pixel / Width, pixel % Width * Channels + channel)).ToArray();
        var levels = numbers.Select(number => (byte)(Bits == 16 ? number >> 8 : number * 255 / ((1 << Bits) - 1))).ToArray();
        var keyed = Colour is PngColour.Grey or PngColour.Rgb && Transparency.Length > 0
            && numbers.Select((number, i) => number == BinaryPrimitives.ReadUInt16BigEndian(Transparency.AsSpan(2 * i))).All(same => same);
        return (byte[])(Colour switch
        {
            PngColour.Palette =>
                [.. Palette.AsSpan(3 * numbers[0], 3), numbers[0] < Transparency.Length ? Transparency[numbers[0]] : (byte)255],
            PngColour.Grey => [levels[0], levels[0], levels[0], (byte)(keyed ? 0 : 255)],
            PngColour.GreyAlpha => [levels[0], levels[0], levels[0], levels[1]],
            PngColour.Rgb => [.. levels, (byte)(keyed ? 0 : 255)],
            _ => levels,
        });
    })];

    /// <summary>Gives every chunk of a file the checksum of its content, as far as its lengths make sense.</summary>
    public static byte[] Mended(byte[] file)
    {
        for (var place = 8; place + 12 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(place));
            if (length > file.Length - place - 12)
                break;
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(place + 8 + (int)length), Crc(file.AsSpan(place + 4, 4 + (int)length)));
            place += 12 + (int)length;
        }
        return file;
    }

    private int Number(int row, int place)
    {
        var bytes = Rows.AsSpan(row * RowBytes, RowBytes);
        return Bits == 16
            ? BinaryPrimitives.ReadUInt16BigEndian(bytes[(2 * place)..])
            : bytes[place * Bits / 8] >> (8 - Bits - place * Bits % 8) & ((1 << Bits) - 1);
    }

    private byte[] Filtered(int filter)
    {
        var (raw, pixel) = (new List<byte>(), Math.Max(1, Bits * Channels / 8));
        for (var y = 0; y < Height; y++)
        {
            raw.Add((byte)filter);
            for (var i = 0; i < RowBytes; i++)
            {
                int a = i < pixel ? 0 : At(y, i - pixel), b = y == 0 ? 0 : At(y - 1, i), c = y == 0 || i < pixel ? 0 : At(y - 1, i - pixel);
                // the first of equals, as in the specification
                var nearest = ((int[])[a, b, c]).MinBy(candidate => Math.Abs(a + b - c - candidate));
                raw.Add((byte)(At(y, i) - ((int[])[0, a, b, (a + b) >> 1, nearest])[filter]));
            }
        }
        return [.. raw];

        int At(int y, int i) => Rows[y * RowBytes + i];
    }

    private byte[] Built(byte[] raw, bool interlaced, (string Type, byte[] Data)? more)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(raw);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), Height);
        (header[8], header[9], header[12]) = ((byte)Bits, (byte)Colour, (byte)(interlaced ? 1 : 0));
        var half = packed.ToArray().Length / 2;
        return
        [
            137, 80, 78, 71, 13, 10, 26, 10,
            .. Chunk("IHDR", header),
            .. Palette.Length > 0 ? Chunk("PLTE", Palette) : [],
            .. Transparency.Length > 0 ? Chunk("tRNS", Transparency) : [],
            .. more is { } extra ? Chunk(extra.Type, extra.Data) : [],
            .. Chunk("IDAT", packed.ToArray()[..half]), .. Chunk("IDAT", packed.ToArray()[half..]), // in two pieces, as many programs do
            .. Chunk("IEND", []),
        ];

        static byte[] Chunk(string type, byte[] data)
        {
            byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data], number = new byte[4], check = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
            BinaryPrimitives.WriteUInt32BigEndian(check, Crc(body));
            return [.. number, .. body, .. check];
        }
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
            for (var bit = 0; bit < 8; bit++)
                crc = (((crc ^ (uint)(value >> bit)) & 1) == 0 ? 0 : 0xEDB88320u) ^ (crc >> 1);
        return ~crc;
    }
}
