using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace CM.Runtime.Tests;

public sealed class PngTests : IDisposable
{
    private readonly Scratch scratch = new();

    public static TheoryData<int, int> Kinds => new()
    {
        { 0, 1 }, { 0, 2 }, { 0, 4 }, { 0, 8 }, { 0, 16 }, { 2, 8 }, { 2, 16 }, { 3, 1 }, { 3, 2 }, { 3, 4 }, { 3, 8 }, { 4, 8 }, { 4, 16 }, { 6, 8 }, { 6, 16 },
    };

    public void Dispose() => scratch.Dispose();

    [Theory, MemberData(nameof(Kinds))]
    public void Every_kind_is_read_back(int colour, int bits)
    {
        foreach (var (width, height) in ((int, int)[])[(1, 1), (3, 5), (8, 2), (31, 17)])
        {
            var image = Random(colour, bits, width, height);
            var read = Png.Read(Written(image), "file");
            read.Header.ShouldBe(image.Header);
            read.Rows.ShouldBe(image.Rows);
            read.Palette.ShouldBe(image.Palette);
        }
    }

    /// <summary>The filters of the specification, written down a second time, forwards.</summary>
    [Theory]
    [InlineData(0, 2, 8), InlineData(1, 2, 8), InlineData(2, 2, 8), InlineData(3, 2, 8), InlineData(4, 2, 8)]
    [InlineData(1, 0, 1), InlineData(2, 0, 2), InlineData(3, 0, 4), InlineData(4, 0, 8), InlineData(4, 0, 16)]
    [InlineData(1, 6, 16), InlineData(3, 6, 16), InlineData(4, 6, 16), InlineData(4, 4, 8), InlineData(2, 3, 4)]
    public void Every_filter_is_undone(int filter, int colour, int bits)
    {
        var image = Random(colour, bits, 13, 11);
        var rows = image.Rows.Chunk((int)image.Header.RowBytes).ToList();
        var pixel = Math.Max(1, bits * image.Header.Channels / 8);
        using var raw = new MemoryStream();
        for (var y = 0; y < rows.Count; y++)
        {
            raw.WriteByte((byte)filter);
            for (var i = 0; i < rows[y].Length; i++)
            {
                int a = i < pixel ? 0 : rows[y][i - pixel], b = y == 0 ? 0 : rows[y - 1][i], c = y == 0 || i < pixel ? 0 : rows[y - 1][i - pixel];
                var p = a + b - c;
                var nearest = ((int[])[a, b, c]).MinBy(candidate => Math.Abs(p - candidate)); // the first of equals, as in the specification
                raw.WriteByte((byte)(rows[y][i] - ((int[])[0, a, b, (a + b) >> 1, nearest])[filter]));
            }
        }
        Png.Read(Built(image, raw.ToArray()), "file").Rows.ShouldBe(image.Rows);
    }

    [Fact]
    public void Numbers_of_few_bits_become_colours()
    {
        Rgba(new PngImage(new PngHeader(3, 1, 1, PngColour.Grey), [0b101_00000])).ShouldBe([65535, 65535, 65535, 65535, 0, 0, 0, 65535, 65535, 65535, 65535, 65535]);
        Rgba(new PngImage(new PngHeader(2, 1, 4, PngColour.Grey), [0x1F])).ShouldBe([4369, 4369, 4369, 65535, 65535, 65535, 65535, 65535]);
        Rgba(new PngImage(new PngHeader(2, 1, 2, PngColour.Palette), [0b01_00_0000]) { Palette = [1, 2, 3, 255, 0, 16], Transparency = [128] })
            .ShouldBe([65535, 0, 16 * 257, 65535, 257, 2 * 257, 3 * 257, 128 * 257]);
        Rgba(new PngImage(new PngHeader(1, 1, 16, PngColour.GreyAlpha), [1, 2, 3, 4])).ShouldBe([258, 258, 258, 772]);
        Rgba(new PngImage(new PngHeader(2, 1, 8, PngColour.Rgb), [1, 2, 3, 1, 2, 4]) { Transparency = [0, 1, 0, 2, 0, 3] }).ShouldBe([257, 514, 771, 0, 257, 514, 1028, 65535]);
    }

    [PythonFact("PIL", "python3-pil")]
    public void Files_of_Pillow_are_read()
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
                image.save(f'{folder}/{name}.png', **options)
                with Image.open(f'{folder}/{name}.png') as back:
                    if back.mode.startswith('I'):
                        raw = b''.join(int(p).to_bytes(2, 'big') for p in back.getdata())
                    else:
                        raw = back.convert('RGBA').tobytes()
                open(f'{folder}/{name}.raw', 'wb').write(raw)
            save('grey1', Image.frombytes('L', (w, h), noise(w*h)).convert('1'))
            for mode, channels in [('L', 1), ('LA', 2), ('RGB', 3), ('RGBA', 4)]:
                save(mode, Image.frombytes(mode, (w, h), noise(w*h*channels)))
            save('grey16', Image.frombytes('I;16', (w, h), noise(2*w*h)))
            for bits in (1, 2, 4, 8):
                p = Image.frombytes('P', (w, h), bytes(r.randrange(1 << bits) for _ in range(w*h)))
                p.putpalette(noise(3 << bits, 90))
                save(f'palette{bits}', p, bits=bits)
                save(f'clear{bits}', p, bits=bits, transparency=noise(1 << bits, 90))
            save('keyL', Image.frombytes('L', (w, h), noise(w*h)), transparency=130)
            save('keyRGB', Image.new('RGB', (w, h), (9, 8, 7)), transparency=(9, 8, 7))
            for level in (0, 1, 9):
                save(f'level{level}', Image.frombytes('RGB', (w, h), noise(3*w*h, 3)), compress_level=level)
            """, scratch.Path);
        var files = Directory.GetFiles(scratch.Path, "*.png");
        files.Length.ShouldBe(19);
        foreach (var file in files)
        {
            var (image, raw) = (Png.Read(File.ReadAllBytes(file), file), File.ReadAllBytes(Path.ChangeExtension(file, "raw")));
            if (image.Header.Bits == 16)
                image.Rows.ShouldBe(raw, file);
            else
                image.ToRgba().ShouldBe(raw.Select(level => (ushort)(257 * level)), file);
        }
        files.Select(file => Png.ReadHeader(File.ReadAllBytes(file), file)).Select(header => (header.Colour, header.Bits)).Distinct().Count().ShouldBe(10);
    }

    [PythonFact("PIL", "python3-pil")]
    public void Pillow_reads_what_is_written()
    {
        var images = Kinds.Select(kind => Random((int)kind[0], (int)kind[1], 29, 31)).Where(image => image.Header.Bits <= 8).ToList();
        foreach (var image in images)
            scratch.Write($"{image.Header.Colour}{image.Header.Bits}.png", Written(image));
        Programs.RunPython("""
            import glob, sys
            from PIL import Image
            for name in glob.glob(sys.argv[1] + '/*.png'):
                with Image.open(name) as image:
                    open(name[:-3] + 'raw', 'wb').write(image.convert('RGBA').tobytes())
            """, scratch.Path);
        foreach (var image in images)
            File.ReadAllBytes(scratch[$"{image.Header.Colour}{image.Header.Bits}.raw"]).Select(level => (ushort)(257 * level)).ShouldBe(image.ToRgba());
    }

    [ProgramFact("pamtopng", "netpbm")]
    public void Files_of_libpng_with_other_bits_are_read()
    {
        foreach (var (kind, channels, largest, bits) in ((string, int, int, int)[])[("GRAYSCALE", 1, 3, 2), ("GRAYSCALE", 1, 15, 4), ("GRAYSCALE", 1, 65535, 16), ("GRAYSCALE_ALPHA", 2, 65535, 16), ("RGB", 3, 65535, 16), ("RGB_ALPHA", 4, 65535, 16)])
        {
            var random = new Random(5);
            var numbers = Enumerable.Range(0, 19 * 7 * channels).Select(_ => (ushort)random.Next(largest + 1)).ToArray();
            var bytes = largest < 256 ? numbers.Select(number => (byte)number) : numbers.SelectMany(number => (byte[])[(byte)(number >> 8), (byte)number]);
            byte[] pam = [.. Encoding.ASCII.GetBytes($"P7\nWIDTH 19\nHEIGHT 7\nDEPTH {channels}\nMAXVAL {largest}\nTUPLTYPE {kind}\nENDHDR\n"), .. bytes];
            var image = Png.Read(Programs.Run("pamtopng", pam), kind);
            image.Header.Bits.ShouldBe(bits, kind);
            var rgba = image.ToRgba();
            var alpha = channels is 2 or 4;
            for (var i = 0; i < 19 * 7; i++)
            {
                var pixel = numbers.AsSpan(i * channels, channels);
                var scale = 65535 / largest;
                rgba[4 * i].ShouldBe((ushort)(scale * pixel[0]), kind);
                rgba[4 * i + 2].ShouldBe((ushort)(scale * pixel[channels < 3 ? 0 : 2]), kind);
                rgba[4 * i + 3].ShouldBe(alpha ? pixel[channels - 1] : ushort.MaxValue, kind);
            }
        }
        var interlaced = Programs.Run("pamtopng", "P5\n2 2\n255\nabcd"u8.ToArray(), "-interlace");
        Should.Throw<UserError>(() => Png.Read(interlaced, "a.png")).Message.ShouldBe("a.png: interlaced PNG file (Adam7), which is not read; store it without interlacing, for instance with: mogrify -interlace none a.png");
    }

    [ProgramFact("pngtopam", "netpbm")]
    public void Libpng_reads_what_is_written_with_16_bits()
    {
        foreach (var colour in (PngColour[])[PngColour.Grey, PngColour.GreyAlpha, PngColour.Rgb, PngColour.Rgba])
        {
            var image = Random((int)colour, 16, 21, 12);
            var pam = Programs.Run("pngtopam", Written(image), colour is PngColour.GreyAlpha or PngColour.Rgba ? ["-alphapam"] : []);
            pam[^image.Rows.Length..].ShouldBe(image.Rows, $"{colour}");
            Encoding.ASCII.GetString(pam[..^image.Rows.Length]).ShouldContain("65535");
        }
    }

    [Fact]
    public void Files_may_not_end_early()
    {
        var file = Written(Random(2, 8, 9, 9));
        for (var length = 0; length < file.Length; length++)
            Fault(file[..length]).ShouldStartWith("a.png: ");
    }

    [Fact]
    public void Every_changed_bit_is_noticed()
    {
        var file = Written(Random(6, 8, 5, 4));
        for (var bit = 0; bit < 8 * file.Length; bit++)
        {
            var bytes = (byte[])file.Clone();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Fault(bytes).ShouldStartWith("a.png: ");
        }
    }

    [Fact]
    public void What_is_wrong_is_named()
    {
        var image = Random(2, 8, 2, 2);
        byte[] rows = [0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6];
        Fault([0xFF, 0xD8, 0xFF, 0xE0, 0, 0]).ShouldBe("a.png: no PNG file but a JPEG file, which is not read; convert it, for instance with: mogrify -format png a.png");
        Fault("hello"u8.ToArray()).ShouldBe("a.png: no PNG file.");
        Fault(Built(image, rows[..^1])).ShouldContain("its pixels end in row 1 of 2");
        Fault(Built(image, [.. rows, 0])).ShouldContain("data follows its last row");
        Fault(Built(image, [5, .. rows[1..]])).ShouldContain("row 0 has the unknown filter 5");
        Fault(Built(image with { Header = image.Header with { Width = 60_000, Height = 60_000 } }, rows)).ShouldContain("cannot hold that many pixels");
        Fault(Built(image with { Header = image.Header with { Bits = 4 } }, rows)).ShouldContain("no colour type 2 with 4 bits");
        Fault(Built(image with { Header = image.Header with { Colour = PngColour.Palette } }, rows)).ShouldContain("its palette is missing");
        Fault(Built(new PngImage(new PngHeader(1, 1, 8, PngColour.Palette), []) { Palette = [1, 2, 3] }, [0, 1])).ShouldContain("a pixel has colour 1 of a palette of 1");
        Fault(Built(image, rows, ("ABCD", []))).ShouldContain("a chunk ABCD, which is unknown but said to be needed");
        Fault(Built(image, rows, ("IHDR", new byte[13]))).ShouldContain("its chunk IHDR of 13 bytes cannot be where it is");
        Fault(Built(new PngImage(new PngHeader(1, 1, 8, PngColour.Palette), []), [0, 0], ("tRNS", [1]))).ShouldContain("its chunk tRNS of 1 bytes cannot be where it is");
        Png.Read(Built(image, rows, ("tEXt", [1, 2, 3])), "a.png").Rows.ShouldBe([1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6]);
    }

    private static string Fault(byte[] file) => Should.Throw<UserError>(() => Png.Read(file, "a.png")).Message;

    private static ushort[] Rgba(PngImage image) => Png.Read(Written(image), "file").ToRgba();

    /// <summary>Slowly changing numbers, so that every filter is worth its while somewhere.</summary>
    private static PngImage Random(int colour, int bits, int width, int height)
    {
        var header = new PngHeader(width, height, bits, (PngColour)colour);
        var random = new Random(10 * colour + bits);
        var rows = new byte[header.RowBytes * height];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = bits < 8 ? (byte)random.Next(256) : (byte)((i >= header.RowBytes ? rows[i - header.RowBytes] : 128) + random.Next(-4, 5));
        var unused = (int)(8 * header.RowBytes - (long)width * header.Channels * bits);
        for (var y = 0; y < height; y++)
            rows[(y + 1) * header.RowBytes - 1] &= (byte)(0xFF << unused);
        var palette = new byte[colour == 3 ? 3 << bits : 0];
        random.NextBytes(palette);
        return new PngImage(header, rows) { Palette = palette };
    }

    private static byte[] Written(PngImage image)
    {
        using var file = new MemoryStream();
        Png.Write(file, image);
        return file.ToArray();
    }

    /// <summary>A file put together here: chunks with checksums by long division.</summary>
    private static byte[] Built(PngImage image, byte[] raw, (string Type, byte[] Data)? more = null)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(raw);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Header.Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), image.Header.Height);
        (header[8], header[9]) = ((byte)image.Header.Bits, (byte)image.Header.Colour);
        var half = packed.ToArray().Length / 2;
        return
        [
            137, 80, 78, 71, 13, 10, 26, 10,
            .. Chunk("IHDR", header),
            .. image.Palette.Length > 0 ? Chunk("PLTE", image.Palette) : [],
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
