using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace CM.Runtime.Tests;

public class PngTests
{
    [Theory, InlineData(1, 1, 1), InlineData(7, 3, 1), InlineData(5, 9, 3), InlineData(300, 200, 3)]
    public void Pictures_are_read_back(int width, int height, int channels)
    {
        var picture = new Raster(width, height, channels, 0);
        new Random(1).NextBytes(picture.Pixels);
        using var file = new MemoryStream();
        Png.Write(file, picture);

        var (readWidth, readHeight, readChannels, pixels) = Decode(file.ToArray());
        (readWidth, readHeight, readChannels).ShouldBe((width, height, channels));
        pixels.ShouldBe(picture.Pixels);
    }

    [Fact]
    public void A_grid_enlarges_images_with_gaps_between()
    {
        // three grey images of 2×1: black-white, white-black, grey-grey
        var picture = ImageGrid.Draw([-1, 1, 1, -1, 0, 2], channels: 1, height: 1, width: 2);
        const int scale = 48, gap = 2;
        (picture.Width, picture.Height).ShouldBe((2 * (2 * scale + gap) + gap, 2 * (scale + gap) + gap));
        picture[0, 0][0].ShouldBe((byte)64);
        picture[gap, gap][0].ShouldBe((byte)0);
        picture[gap + scale - 1, gap + scale - 1][0].ShouldBe((byte)0);
        picture[gap + scale, gap][0].ShouldBe((byte)255);
        picture[gap + 2 * scale, gap][0].ShouldBe((byte)64);
        picture[gap + 2 * scale + gap, gap][0].ShouldBe((byte)255);
        picture[gap, gap + scale + gap][0].ShouldBe((byte)128);
        picture[gap + scale, gap + scale + gap][0].ShouldBe((byte)255); // above the range
        picture[picture.Width - gap - 1, picture.Height - gap - 1][0].ShouldBe((byte)64); // the place of a fourth
    }

    [Fact]
    public void Colours_keep_their_channels()
    {
        var picture = ImageGrid.Draw([1, -1, 0], channels: 3, height: 1, width: 1);
        picture[50, 50].ToArray().ShouldBe([(byte)255, 0, 128]);
    }

    [Fact]
    public void Samples_lie_strong_over_pale_data()
    {
        var picture = ScatterPlot.Draw([-1, -1, 1, 1], [0.5f, 0, float.NaN, 5]);
        Darkness(picture, 0.5, 0).ShouldBeGreaterThan(Darkness(picture, -1, -1));
        Darkness(picture, -1, -1).ShouldBeGreaterThan(30);
        Darkness(picture, 1, 1).ShouldBeGreaterThan(30);
        Darkness(picture, -1, 1).ShouldBe(0);

        static int Darkness(Raster picture, double x, double y)
        {
            var half = picture.Width / 2.0;
            var pixel = picture[(int)(half + x / 1.15 * (half - 24)), (int)(half - y / 1.15 * (half - 24))];
            return 3 * 255 - pixel[0] - pixel[1] - pixel[2];
        }
    }

    /// <summary>A decoder of its own: chunks, checksums by long division, zlib, no filters.</summary>
    private static (int Width, int Height, int Channels, byte[] Pixels) Decode(byte[] file)
    {
        file[..8].ShouldBe([137, 80, 78, 71, 13, 10, 26, 10]);
        var chunks = new List<(string Type, byte[] Data)>();
        for (var place = 8; place < file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(place));
            var body = file.AsSpan(place + 4, 4 + length);
            BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(place + 8 + length)).ShouldBe(Crc(body));
            chunks.Add((Encoding.ASCII.GetString(body[..4]), body[4..].ToArray()));
            place += 12 + length;
        }
        chunks.Select(chunk => chunk.Type).ShouldBe(["IHDR", "IDAT", "IEND"]);
        var header = chunks[0].Data;
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(header), BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4)));
        header[8].ShouldBe((byte)8);
        header[10..].ShouldBe([(byte)0, 0, 0]);
        var channels = header[9] switch { 0 => 1, 2 => 3, var other => throw new InvalidDataException($"colour type {other}") };

        using var zlib = new ZLibStream(new MemoryStream(chunks[1].Data), CompressionMode.Decompress);
        using var raw = new MemoryStream();
        zlib.CopyTo(raw);
        var rows = raw.ToArray().Chunk(1 + width * channels).ToList();
        rows.Count.ShouldBe(height);
        rows.ShouldAllBe(row => row[0] == 0);
        return (width, height, channels, [.. rows.SelectMany(row => row[1..])]);
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
