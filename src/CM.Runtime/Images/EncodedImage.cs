using SkiaSharp;

namespace CM.Runtime;

/// <summary>An image as a PNG file in memory.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Channels">Channels, 1 (grey) or 3 (RGB).</param>
/// <param name="Png">The file.</param>
internal sealed record EncodedImage(int Width, int Height, int Channels, byte[] Png)
{
    /// <summary>Encodes pixels.</summary>
    /// <param name="width">Columns, 1 or more.</param>
    /// <param name="height">Rows, 1 or more.</param>
    /// <param name="channels">Channels, 1 (grey) or 3 (RGB).</param>
    /// <param name="pixels">Pixels, 8 bits a channel, <c>[height, width, channels]</c>.</param>
    public static unsafe EncodedImage Of(int width, int height, int channels, ReadOnlySpan<byte> pixels)
    {
        var info = new SKImageInfo(width, height, channels == 1 ? SKColorType.Gray8 : SKColorType.Rgb888x, SKAlphaType.Opaque);
        fixed (byte* first = channels == 1 ? pixels : Padded(pixels))
        {
            using var pixmap = new SKPixmap(info, (nint)first);
            using var file = pixmap.Encode(SKPngEncoderOptions.Default)
                ?? throw new InvalidOperationException($"{width}×{height} pixels cannot be encoded.");
            return new EncodedImage(width, height, channels, file.ToArray());
        }
    }

    /// <summary>The byte of a value from −1 to 1, as <see cref="ByteRule.StyleGan"/> has it.</summary>
    public static byte Level(float value) => (byte)Math.Clamp(value * 127.5f + 128, 0, 255);

    // Skia has no pixels of three bytes.
    private static byte[] Padded(ReadOnlySpan<byte> rgb)
    {
        var padded = new byte[rgb.Length / 3 * 4];
        for (var (from, to) = (0, 0); from < rgb.Length; from += 3, to += 4)
            rgb.Slice(from, 3).CopyTo(padded.AsSpan(to));
        return padded;
    }
}
