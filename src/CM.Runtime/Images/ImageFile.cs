using SkiaSharp;

namespace CM.Runtime;

/// <summary>Size and kind of an image file.</summary>
/// <param name="Width">Columns, 1 or more.</param>
/// <param name="Height">Rows, 1 or more.</param>
/// <param name="IsGrey"> Whether the file stores grey levels alone; an image whose colours are all grey may be stored as a coloured one.
/// </param>
internal sealed record ImageHeader(int Width, int Height, bool IsGrey);

/// <summary>
/// A decoded image: red, green, blue and opacity of each pixel, 8 bits each, row by row from the top left; not premultiplied.
/// </summary>
internal sealed record DecodedImage(int Width, int Height, byte[] Pixels)
{
    /// <summary>Whether every colour is a grey.</summary>
    public bool IsGrey
    {
        get
        {
            for (var i = 0; i < Pixels.Length; i += 4)
                if (Pixels[i] != Pixels[i + 1] || Pixels[i] != Pixels[i + 2])
                    return false;
            return true;
        }
    }

    /// <summary>Whether every pixel hides what is behind it.</summary>
    public bool IsOpaque
    {
        get
        {
            for (var i = 3; i < Pixels.Length; i += 4)
                if (Pixels[i] != byte.MaxValue)
                    return false;
            return true;
        }
    }
}

/// <summary>
/// Reads PNG, JPEG, WebP, BMP and GIF files: the first frame, upright as the Exif orientation says. Values are those of the file: neither
/// colour profile nor gamma is applied. The upper 8 of 16 bits are read.
/// </summary>
internal static class ImageFile
{
    /// <summary>Bytes from the start of a file that mostly suffice for <see cref="TryReadHeader"/>.</summary>
    public const int HeaderBytes = 1 << 12;

    private const long MostPixels = 1 << 27;

    /// <summary>
    /// Deflate's limit with one bit a pixel, which JPEG, BMP and GIF do not reach; WebP needs no bytes for pixels of one colour.
    /// </summary>
    private const long MostPixelsInByte = 8 * DataFile.DeflateLimit;

    /// <summary>Endings of the files that are read.</summary>
    public static IReadOnlyList<string> Endings { get; } = [".png", ".jpg", ".jpeg", ".jfif", ".webp", ".bmp", ".gif"];

    /// <summary>Endings of image files that are not read.</summary>
    public static IReadOnlyList<string> ForeignEndings { get; } =
    [
        ".apng", ".arw", ".avif", ".cr2", ".dds", ".dng", ".exr", ".hdr", ".heic", ".heif", ".ico", ".j2k", ".jp2", ".jpe", ".jxl",
        ".nef", ".pbm", ".pgm",
        ".pnm", ".ppm", ".psd", ".qoi", ".svg", ".tga", ".tif", ".tiff",
    ];

    /// <summary>True when a file's name ends in one of some endings, in any case.</summary>
    public static bool HasEnding(string name, IReadOnlyList<string> endings) =>
        endings.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads size and kind.</summary>
    /// <param name="start">The file, or its first bytes.</param>
    /// <returns>Null where these do not suffice, or where the file is damaged.</returns>
    public static ImageHeader? TryReadHeader(ReadOnlySpan<byte> start)
    {
        using var data = SKData.CreateCopy(start);
        using var codec = SKCodec.Create(data);
        return codec is null ? null : HeaderOf(codec);
    }

    /// <summary>Reads size and kind.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <exception cref="UserError">The file is damaged, or of another format.</exception>
    public static ImageHeader ReadHeader(ReadOnlySpan<byte> file, string name)
    {
        using var data = SKData.CreateCopy(file);
        using var codec = Open(data, name);
        return HeaderOf(codec);
    }

    /// <summary>Reads an image.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <exception cref="UserError">The file is damaged, of another format, or has more pixels than fit.</exception>
    public static DecodedImage Read(ReadOnlySpan<byte> file, string name)
    {
        using var data = SKData.CreateCopy(file);
        using var codec = Open(data, name);
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if ((long)width * height > MostPixels)
            throw new UserError($"{name}: {width}×{height} pixels are more than the {MostPixels:N0} that are read; "
                + "make it smaller, or take it away.");
        if (codec.EncodedFormat != SKEncodedImageFormat.Webp && (long)width * height > MostPixelsInByte * file.Length)
            throw new UserError($"{name}: damaged image file, {file.Length:N0} bytes cannot hold {width}×{height} pixels; fetch it again.");
        var alpha = codec.Info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul;
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, alpha));
        return codec.GetPixels(bitmap.Info, bitmap.GetPixels()) switch
        {
            SKCodecResult.Success => Upright(new DecodedImage(width, height, bitmap.Bytes), codec.EncodedOrigin),
            SKCodecResult.IncompleteInput => throw new UserError($"{name}: truncated image file; fetch it again."),
            var fault => throw new UserError($"{name}: damaged image file ({fault}); fetch it again."),
        };
    }

    private static SKCodec Open(SKData data, string name)
    {
        using var stream = new SKMemoryStream(data);
        return SKCodec.Create(stream, out var result) ?? throw new UserError(result switch
        {
            SKCodecResult.IncompleteInput => $"{name}: truncated image file; fetch it again.",
            SKCodecResult.Unimplemented => $"{name}: no image file that is read here; PNG, JPEG, WebP, BMP and GIF are.",
            _ => $"{name}: damaged image file ({result}); fetch it again.",
        });
    }

    private static ImageHeader HeaderOf(SKCodec codec)
    {
        var (info, turned) = (codec.Info, IsTurned(codec.EncodedOrigin));
        return new ImageHeader(turned ? info.Height : info.Width, turned ? info.Width : info.Height, info.ColorType == SKColorType.Gray8);
    }

    private static bool IsTurned(SKEncodedOrigin origin) => origin >= SKEncodedOrigin.LeftTop;

    /// <summary>Turns and mirrors an image so that its top is above (Exif 2.3, tag 0x0112).</summary>
    private static DecodedImage Upright(DecodedImage image, SKEncodedOrigin origin)
    {
        if (origin == SKEncodedOrigin.TopLeft)
            return image;
        var (right, bottom) = (image.Width - 1, image.Height - 1);
        var (width, height) = IsTurned(origin) ? (image.Height, image.Width) : (image.Width, image.Height);
        var pixels = new byte[image.Pixels.Length];
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
            {
                var (column, row) = origin switch
                {
                    SKEncodedOrigin.TopRight => (right - x, y),
                    SKEncodedOrigin.BottomRight => (right - x, bottom - y),
                    SKEncodedOrigin.BottomLeft => (x, bottom - y),
                    SKEncodedOrigin.LeftTop => (y, x),
                    SKEncodedOrigin.RightTop => (y, bottom - x),
                    SKEncodedOrigin.RightBottom => (right - y, bottom - x),
                    _ => (right - y, x),
                };
                image.Pixels.AsSpan(4 * (row * image.Width + column), 4).CopyTo(pixels.AsSpan(4 * (y * width + x)));
            }
        return new DecodedImage(width, height, pixels);
    }
}
