using System.Text;
using SkiaSharp;

namespace CM.Runtime.Tests;

public sealed class ImageFileTests : IDisposable
{
    private readonly Scratch scratch = new();

    /// <summary>BITMAPFILEHEADER and BITMAPINFOHEADER, then rows from below, blue first, filled up to four bytes.</summary>
    internal static byte[] Bmp { get; } =
    [
        .. "BM"u8, 70, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 24, 0, .. new byte[24],
        1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10, 11, 12, 0, 0,
    ];

    /// <summary>GIF89a: 2×1 with two colours; the indices 0 and 1 between clear and end codes of three bits.</summary>
    internal static byte[] Gif { get; } =
        [.. "GIF89a"u8, 2, 0, 1, 0, 0x80, 0, 0, 10, 20, 30, 40, 50, 60, 0x2C, 0, 0, 0, 0, 2, 0, 1, 0, 0, 2, 2, 0b01_000_100, 0b1010, 0, 0x3B];

    public static TheoryData<int, int> Kinds => new()
    {
        { 0, 1 }, { 0, 2 }, { 0, 4 }, { 0, 8 }, { 0, 16 }, { 2, 8 }, { 2, 16 }, { 3, 1 }, { 3, 2 }, { 3, 4 }, { 3, 8 }, { 4, 8 }, { 4, 16 }, { 6, 8 }, { 6, 16 },
    };

    public void Dispose() => scratch.Dispose();

    [Theory, MemberData(nameof(Kinds))]
    public void Every_kind_of_PNG_is_read_as_the_specification_says(int colour, int bits)
    {
        foreach (var (width, height) in ((int, int)[])[(1, 1), (3, 5), (8, 2), (31, 17)])
            for (var filter = 0; filter < 5; filter++)
            {
                var file = PngFile.Random((PngColour)colour, bits, width, height);
                var image = ImageFile.Read(file.ToBytes(filter), "file");
                (image.Width, image.Height).ShouldBe((width, height));
                image.Pixels.ShouldBe(file.ToRgba());
                ImageFile.ReadHeader(file.ToBytes(filter), "file").ShouldBe(new ImageHeader(width, height, colour == 0));
            }
    }

    [Fact]
    public void Colours_may_be_transparent()
    {
        foreach (var file in (PngFile[])[
            new(2, 1, 2, PngColour.Palette, [0b01_00_0000]) { Palette = [1, 2, 3, 255, 0, 16], Transparency = [128] },
            new(2, 1, 8, PngColour.Rgb, [1, 2, 3, 1, 2, 4]) { Transparency = [0, 1, 0, 2, 0, 3] },
            new(3, 1, 4, PngColour.Grey, [0x1F, 0x10]) { Transparency = [0, 1] }])
        {
            var image = ImageFile.Read(file.ToBytes(), "file");
            image.Pixels.ShouldBe(file.ToRgba());
            image.IsOpaque.ShouldBeFalse();
        }
        ImageFile.Read(PngFile.Random(PngColour.Rgb, 8, 3, 3).ToBytes(), "file").IsOpaque.ShouldBeTrue();
    }

    [Fact]
    public void Colours_of_transparent_pixels_are_not_changed()
    {
        var file = new PngFile(2, 1, 8, PngColour.Rgba, [10, 200, 30, 1, 77, 88, 99, 0]);
        ImageFile.Read(file.ToBytes(), "file").Pixels.ShouldBe(file.Rows);
    }

    [Theory, InlineData(PngColour.Grey), InlineData(PngColour.Rgb), InlineData(PngColour.Rgba)]
    public void Interlaced_PNG_is_read(PngColour colour)
    {
        var file = PngFile.Random(colour, 8, 13, 11);
        ImageFile.Read(file.ToInterlacedBytes(), "file").Pixels.ShouldBe(file.ToRgba());
    }

    [Fact]
    public void Values_are_those_of_the_file_whatever_its_gamma()
    {
        var file = PngFile.Random(PngColour.Rgb, 8, 9, 4);
        ImageFile.Read(file.ToBytes(more: ("gAMA", [0, 0, 0x27, 0x10])), "file").Pixels.ShouldBe(file.ToRgba(), "gamma 0.1");
        ImageFile.Read(file.ToBytes(more: ("tEXt", [65, 0, 66])), "file").Pixels.ShouldBe(file.ToRgba());
    }

    [Theory, InlineData(1), InlineData(3)]
    public void What_is_written_is_read_back(int channels)
    {
        var pixels = new byte[7 * 5 * channels];
        new Random(3).NextBytes(pixels);
        var image = EncodedImage.Of(7, 5, channels, pixels);
        (image.Width, image.Height, image.Channels).ShouldBe((7, 5, channels));
        (image.Png[24], (PngColour)image.Png[25]).ShouldBe(((byte)8, channels == 1 ? PngColour.Grey : PngColour.Rgb));
        ImageFile.Read(image.Png, "file").Pixels.ShouldBe(Enumerable.Range(0, 35).SelectMany(i =>
            (byte[])[pixels[i * channels], pixels[i * channels + channels / 2], pixels[(i + 1) * channels - 1], 255]));
    }

    [Fact]
    public void Lossless_WebP_BMP_and_GIF_are_read()
    {
        var (pixels, file) = (new byte[4 * 6 * 5], PngFile.Random(PngColour.Rgb, 8, 6, 5));
        file.ToRgba().CopyTo(pixels, 0);
        Read(Skia(pixels, 6, 5, new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 100))).ShouldBe(pixels);

        Read(Bmp).ShouldBe([9, 8, 7, 255, 12, 11, 10, 255, 3, 2, 1, 255, 6, 5, 4, 255]);
        Read(Gif).ShouldBe([10, 20, 30, 255, 40, 50, 60, 255]);

        static byte[] Read(byte[] bytes) => ImageFile.Read(bytes, "file").Pixels;
    }

    [Fact]
    public void JPEG_is_read_nearly_as_it_was()
    {
        var pixels = Enumerable.Range(0, 16 * 16).SelectMany(i => (byte[])[(byte)(8 * (i % 16)), (byte)(8 * (i / 16)), 128, 255]).ToArray();
        var jpeg = Skia(pixels, 16, 16, new SKJpegEncoderOptions(100));
        var image = ImageFile.Read(jpeg, "file");
        image.Pixels.Zip(pixels).Max(pair => Math.Abs(pair.First - pair.Second)).ShouldBeLessThan(12);
        ImageFile.TryReadHeader(jpeg).ShouldBe(new ImageHeader(16, 16, IsGrey: false));
    }

    [Theory]
    [InlineData(1, "abc/def"), InlineData(2, "cba/fed"), InlineData(3, "fed/cba"), InlineData(4, "def/abc")]
    [InlineData(5, "ad/be/cf"), InlineData(6, "da/eb/fc"), InlineData(7, "fc/eb/da"), InlineData(8, "cf/be/ad")]
    public void Images_stand_upright_as_their_Exif_orientation_says(byte orientation, string upright)
    {
        // Blocks of 16×16, so that JPEG keeps their grey levels: a b c over d e f.
        const int side = 16;
        var pixels = new byte[4 * 6 * side * side];
        for (var pixel = 0; pixel < 6 * side * side; pixel++)
            pixels.AsSpan(4 * pixel, 3).Fill(Level("abcdef"[pixel / (3 * side * side) * 3 + pixel % (3 * side) / side]));
        var plain = Skia(pixels, 3 * side, 2 * side, new SKJpegEncoderOptions(100));
        byte[] exif = [.. "Exif"u8, 0, 0, .. "MM"u8, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
        byte[] turned = [0xFF, 0xD8, 0xFF, 0xE1, 0, (byte)(exif.Length + 2), .. exif, .. plain[2..]];

        var rows = upright.Split('/');
        var image = ImageFile.Read(turned, "file");
        (image.Width, image.Height).ShouldBe((side * rows[0].Length, side * rows.Length));
        ImageFile.TryReadHeader(turned).ShouldBe(new ImageHeader(image.Width, image.Height, IsGrey: false));
        for (var y = 0; y < rows.Length; y++)
            for (var x = 0; x < rows[y].Length; x++)
                Math.Abs(image.Pixels[4 * ((y * side + 8) * image.Width + x * side + 8)] - Level(rows[y][x]))
                    .ShouldBeLessThan(3, $"{x}, {y}");

        static byte Level(char block) => (byte)(40 * (block - 'a'));
    }

    [PythonFact("PIL", "python3-pil")]
    public void Files_of_Pillow_are_read_as_Pillow_reads_them()
    {
        Programs.RunPython("""
            import random, sys
            from PIL import Image
            folder, r = sys.argv[1], random.Random(4)
            def noise(n, step=9):
                v, out = 128, bytearray()
                for _ in range(n):
                    v = (v + r.randrange(-step, step + 1)) & 255
                    out.append(v)
                return bytes(out)
            w, h = 37, 23
            def save(name, image, **options):
                image.save(f'{folder}/{name}', **options)
                with Image.open(f'{folder}/{name}') as back:
                    raw = back.convert('RGBA').tobytes()
                open(f'{folder}/{name}.raw', 'wb').write(raw)
            save('grey1.png', Image.frombytes('L', (w, h), noise(w*h)).convert('1'))
            for mode, channels in [('L', 1), ('LA', 2), ('RGB', 3), ('RGBA', 4)]:
                save(mode + '.png', Image.frombytes(mode, (w, h), noise(w*h*channels)))
            for bits in (1, 2, 4, 8):
                p = Image.frombytes('P', (w, h), bytes(r.randrange(1 << bits) for _ in range(w*h)))
                p.putpalette(noise(3 << bits, 90))
                save(f'palette{bits}.png', p, bits=bits)
                save(f'clear{bits}.png', p, bits=bits, transparency=noise(1 << bits, 90))
                save(f'palette{bits}.gif', p)
            save('keyL.png', Image.frombytes('L', (w, h), noise(w*h)), transparency=130)
            save('keyRGB.png', Image.new('RGB', (w, h), (9, 8, 7)), transparency=(9, 8, 7))
            for level in (0, 1, 9):
                save(f'level{level}.png', Image.frombytes('RGB', (w, h), noise(3*w*h, 3)), compress_level=level)
            smooth = Image.frombytes('RGB', (w, h), noise(3*w*h, 3))
            save('rgb.bmp', smooth)
            save('grey.bmp', smooth.convert('L'))
            save('lossless.webp', smooth, lossless=True)
            save('lossy.webp', smooth, quality=80)
            for sampling in (0, 1, 2):
                save(f'baseline{sampling}.jpg', smooth, quality=80, subsampling=sampling)
                save(f'progressive{sampling}.jpg', smooth, quality=80, subsampling=sampling, progressive=True)
            save('grey.jpg', smooth.convert('L'), quality=80)
            """, scratch.Path);
        var files = Directory.GetFiles(scratch.Path).Where(file => !file.EndsWith(".raw", StringComparison.Ordinal)).ToList();
        files.Count.ShouldBe(33);
        foreach (var file in files)
        {
            var (image, raw) = (ImageFile.Read(File.ReadAllBytes(file), file), File.ReadAllBytes(file + ".raw"));
            // other decoders round otherwise
            var most = Path.GetExtension(file) is ".jpg" || file.Contains("lossy", StringComparison.Ordinal) ? 2 : 0;
            image.Pixels.Zip(raw).Max(pair => Math.Abs(pair.First - pair.Second)).ShouldBeLessThanOrEqualTo(most, file);
        }
    }

    [PythonFact("PIL", "python3-pil")]
    public void Pillow_reads_what_is_written()
    {
        foreach (var (mode, channels) in ((string, int)[])[("L", 1), ("RGB", 3)])
        {
            var pixels = PngFile.Random(PngColour.Rgb, 8, 29, 31).Rows[..(29 * 31 * channels)];
            var file = scratch.Write(mode + ".png", EncodedImage.Of(29, 31, channels, pixels).Png);
            Programs.RunPython("import sys; from PIL import Image; image = Image.open(sys.argv[1]); "
                + "sys.stdout.buffer.write(image.mode.encode() + image.tobytes())", file)
                .ShouldBe([.. Encoding.ASCII.GetBytes(mode), .. pixels]);
        }
    }

    [ProgramFact("pamtopng", "netpbm")]
    public void Files_of_libpng_with_other_bits_are_read()
    {
        (string, int, int)[] kinds =
        [
            ("GRAYSCALE", 1, 3), ("GRAYSCALE", 1, 15), ("GRAYSCALE", 1, 65535), ("GRAYSCALE_ALPHA", 2, 65535), ("RGB", 3, 65535),
            ("RGB_ALPHA", 4, 65535),
        ];
        foreach (var (kind, channels, largest) in kinds)
        {
            var random = new Random(5);
            var numbers = Enumerable.Range(0, 19 * 7 * channels).Select(_ => (ushort)random.Next(largest + 1)).ToArray();
            var bytes = largest < 256
                ? numbers.Select(number => (byte)number)
                : numbers.SelectMany(number => (byte[])[(byte)(number >> 8), (byte)number]);
            byte[] pam = [.. Encoding.ASCII.GetBytes($"P7\nWIDTH 19\nHEIGHT 7\nDEPTH {channels}\nMAXVAL "
                + $"{largest}\nTUPLTYPE {kind}\nENDHDR\n"), .. bytes];
            var rgba = ImageFile.Read(Programs.Run("pamtopng", pam), kind).Pixels;
            for (var i = 0; i < 19 * 7; i++)
            {
                var pixel = numbers.AsSpan(i * channels, channels);
                rgba[4 * i].ShouldBe(Level(pixel[0]), kind);
                rgba[4 * i + 2].ShouldBe(Level(pixel[channels < 3 ? 0 : 2]), kind);
                rgba[4 * i + 3].ShouldBe(channels is 2 or 4 ? Level(pixel[channels - 1]) : (byte)255, kind);
            }

            byte Level(ushort number) => (byte)(largest == 65535 ? number >> 8 : number * 255 / largest);
        }
    }

    [Fact]
    public void A_file_that_ends_early_is_refused_or_has_every_pixel()
    {
        var good = PngFile.Random(PngColour.Rgb, 8, 9, 9);
        var file = good.ToBytes();
        var whole = 0;
        for (var length = 0; length < file.Length; length++)
            if (Read(file[..length]) is { } image)
            {
                image.Pixels.ShouldBe(good.ToRgba());
                whole++;
            }
        whole.ShouldBeLessThan(24, "only the last bits, checksums and the end chunk are missing");
    }

    [Fact]
    public void A_changed_bit_is_noticed_or_changes_no_pixel()
    {
        var good = PngFile.Random(PngColour.Rgba, 8, 5, 4);
        var file = good.ToBytes();
        var unharmed = 0;
        for (var bit = 0; bit < 8 * file.Length; bit++)
        {
            var bytes = (byte[])file.Clone();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            if (Read(bytes) is not { } image)
                continue;
            image.Pixels.ShouldBe(good.ToRgba(), $"bit {bit}");
            unharmed++;
        }
        unharmed.ShouldBeLessThan(8 * 13, "bits behind the last pixel");
    }

    [Fact]
    public void What_is_wrong_is_named()
    {
        var file = PngFile.Random(PngColour.Rgb, 8, 2, 2);
        Fault("hello"u8.ToArray()).ShouldBe("a.png: no image file that is read here; PNG, JPEG, WebP, BMP and GIF are.");
        Fault([]).ShouldStartWith("a.png: ");
        Fault(file.ToBytes()[..50]).ShouldBe("a.png: truncated image file; fetch it again.");
        Fault((file with { Bits = 4 }).ToBytes()).ShouldContain("a.png: ");
        Fault((file with { Colour = PngColour.Palette, Rows = new byte[4] }).ToBytes()).ShouldContain("a.png: ");
        var large = file.ToBytes();
        large[17] = large[21] = 1; // 65,538×65,538
        Fault(PngFile.Mended(large))
            .ShouldBe("a.png: 65538×65538 pixels are more than the 134,217,728 that are read; make it smaller, or take it away.");
        large = file.ToBytes();
        large[18] = large[22] = 1; // 258×258
        Fault(PngFile.Mended(large)).ShouldBe("a.png: truncated image file; fetch it again.");
        large[18] = large[22] = 40; // 10,242×10,242
        Fault(PngFile.Mended(large)).ShouldContain("bytes cannot hold 10242×10242 pixels");
    }

    private static DecodedImage? Read(byte[] file)
    {
        try
        {
            return ImageFile.Read(file, "a.png");
        }
        catch (UserError refused)
        {
            refused.Message.ShouldStartWith("a.png: ");
            return null;
        }
    }

    private static string Fault(byte[] file) => Should.Throw<UserError>(() => ImageFile.Read(file, "a.png")).Message;

    private static unsafe byte[] Skia(byte[] rgba, int width, int height, object options)
    {
        fixed (byte* first = rgba)
        {
            using var pixmap = new SKPixmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque), (nint)first);
            using var data = options is SKJpegEncoderOptions jpeg ? pixmap.Encode(jpeg) : pixmap.Encode((SKWebpEncoderOptions)options);
            return data!.ToArray();
        }
    }
}
