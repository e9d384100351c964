using System.Buffers.Binary;

namespace CM.Runtime;

/// <summary>What the numbers of a PNG file mean, with the numbers that the format gives it.</summary>
internal enum PngColour : byte
{
    Grey = 0,
    Rgb = 2,
    Palette = 3,
    GreyAlpha = 4,
    Rgba = 6,
}

/// <summary>Size and kind of a PNG file.</summary>
/// <param name="Width">Columns, 1 or more.</param>
/// <param name="Height">Rows, 1 or more.</param>
/// <param name="Bits">Bits of a number: 1, 2, 4, 8 or 16, as far as the colour allows.</param>
/// <param name="Colour">What the numbers mean.</param>
internal sealed record PngHeader(int Width, int Height, int Bits, PngColour Colour)
{
    /// <summary>Numbers in a pixel.</summary>
    public int Channels => Colour switch
    {
        PngColour.Rgb => 3,
        PngColour.GreyAlpha => 2,
        PngColour.Rgba => 4,
        _ => 1,
    };

    /// <summary>Bytes of a row, the last one filled up with zeros.</summary>
    public long RowBytes => ((long)Width * Channels * Bits + 7) / 8;

    /// <summary>Whether all pixels are grey by the kind of the file.</summary>
    public bool IsGrey => Colour is PngColour.Grey or PngColour.GreyAlpha;

    /// <summary>Whether the format has this colour with so many bits.</summary>
    public bool IsKnown => Colour switch
    {
        PngColour.Grey => Bits is 1 or 2 or 4 or 8 or 16,
        PngColour.Palette => Bits is 1 or 2 or 4 or 8,
        PngColour.Rgb or PngColour.GreyAlpha or PngColour.Rgba => Bits is 8 or 16,
        _ => false,
    };
}

/// <summary>A picture as a PNG file holds it.</summary>
/// <param name="Header">Size and kind.</param>
/// <param name="Rows">All rows, <see cref="PngHeader.RowBytes"/> each, without filter; numbers of 16 bits are big-endian.</param>
internal sealed record PngImage(PngHeader Header, byte[] Rows)
{
    /// <summary>The colours of a palette, three bytes each.</summary>
    public byte[] Palette { get; init; } = [];

    /// <summary>The chunk tRNS: opacity of the palette's first colours, or the one colour that is transparent; often empty.</summary>
    public byte[] Transparency { get; init; } = [];

    /// <summary>All pixels as red, green, blue and opacity, each from 0 to 65,535, row by row.</summary>
    public ushort[] ToRgba()
    {
        var pixels = new ushort[4 * Header.Width * Header.Height];
        var numbers = new ushort[Header.Width * Header.Channels];
        for (var y = 0; y < Header.Height; y++)
        {
            Unpack(Rows.AsSpan((int)(y * Header.RowBytes), (int)Header.RowBytes), numbers);
            var row = pixels.AsSpan(4 * Header.Width * y, 4 * Header.Width);
            for (var x = 0; x < Header.Width; x++)
                Expand(numbers.AsSpan(x * Header.Channels, Header.Channels), row.Slice(4 * x, 4));
        }
        return pixels;
    }

    private void Unpack(ReadOnlySpan<byte> row, Span<ushort> numbers)
    {
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = Header.Bits switch
            {
                16 => BinaryPrimitives.ReadUInt16BigEndian(row[(2 * i)..]),
                8 => row[i],
                var bits => (ushort)(row[i * bits / 8] >> (8 - bits - i * bits % 8) & (1 << bits) - 1),
            };
    }

    private void Expand(ReadOnlySpan<ushort> numbers, Span<ushort> rgba)
    {
        var scale = ushort.MaxValue / ((1 << Header.Bits) - 1); // 65,535 is divisible by 1, 3, 15 and 255
        rgba[3] = ushort.MaxValue;
        switch (Header.Colour)
        {
            case PngColour.Palette:
                for (var channel = 0; channel < 3; channel++)
                    rgba[channel] = (ushort)(257 * Palette[3 * numbers[0] + channel]);
                if (numbers[0] < Transparency.Length)
                    rgba[3] = (ushort)(257 * Transparency[numbers[0]]);
                break;
            case PngColour.Grey or PngColour.GreyAlpha:
                rgba[..3].Fill((ushort)(scale * numbers[0]));
                if (numbers.Length == 2)
                    rgba[3] = (ushort)(scale * numbers[1]);
                break;
            default:
                for (var channel = 0; channel < numbers.Length; channel++)
                    rgba[channel] = (ushort)(scale * numbers[channel]);
                break;
        }
        if (Header.Colour is PngColour.Grey or PngColour.Rgb && Transparency.Length > 0 && IsTransparent(numbers))
            rgba[3] = 0;
    }

    private bool IsTransparent(ReadOnlySpan<ushort> numbers)
    {
        for (var channel = 0; channel < numbers.Length; channel++)
            if (numbers[channel] != BinaryPrimitives.ReadUInt16BigEndian(Transparency.AsSpan(2 * channel)))
                return false;
        return true;
    }
}
