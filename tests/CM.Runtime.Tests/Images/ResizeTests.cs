namespace CM.Runtime.Tests;

public sealed class ResizeTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Theory, InlineData(5), InlineData(6), InlineData(9)]
    public void One_colour_stays_one_colour(int size)
    {
        var image = new DecodedImage(6, 6, [.. Enumerable.Repeat((byte[])[40, 100, 160, 255], 36).SelectMany(pixel => pixel)]);
        foreach (var filter in Enum.GetValues<ResizeFilter>())
            Square(image, size, filter).ShouldBe(Enumerable.Repeat((byte[])[40, 100, 160, 255], size * size).SelectMany(pixel => pixel));
    }

    [Fact]
    public void The_middle_is_cut_out_and_halves_are_means()
    {
        // 6×4: the first and last column go away, 2×2 blocks become their means
        byte[] rows = [9, 0, 4, 8, 8, 9, 9, 2, 2, 8, 8, 9, 9, 10, 10, 1, 2, 9, 9, 20, 20, 3, 4, 9];
        var image = new DecodedImage(6, 4, [.. rows.SelectMany(level => (byte[])[level, level, level, 255])]);
        Resize.Square(image, 2, ResizeFilter.Area).Channels.ShouldBe(1);
        // 2.5 of the last block is rounded away from zero
        Square(image, 2, ResizeFilter.Area).Chunk(4).Select(pixel => pixel[0]).ShouldBe([(byte)2, 8, 15, 3]);
    }

    [Fact]
    public void The_same_size_changes_nothing_and_transparency_lies_on_white()
    {
        var image = new DecodedImage(2, 2, [10, 20, 30, 255, 10, 20, 30, 0, 0, 0, 0, 51, 255, 0, 0, 255]);
        Square(image, 2, ResizeFilter.Lanczos).ShouldBe([10, 20, 30, 255, 255, 255, 255, 255, 204, 204, 204, 255, 255, 0, 0, 255]);
    }

    [PythonFact("PIL", "python3-pil")]
    public void Pillow_makes_the_same_pictures()
    {
        var random = new Random(7);
        var rows = new byte[61 * 47 * 3];
        for (var i = 0; i < rows.Length; i++) // far from black and white, where Pillow cuts off between its two passes
            rows[i] = (byte)(i < 183 ? random.Next(80, 176) : Math.Clamp(rows[i - 183] + random.Next(-40, 41), 80, 175));
        var file = scratch.Write("a.png", EncodedImage.Of(61, 47, 3, rows).Png);
        Programs.RunPython("""
            import sys
            from PIL import Image
            image = Image.open(sys.argv[1] + '/a.png').crop((7, 0, 54, 47))
            for size in (16, 32, 47, 80):
                for name, kind in (('Lanczos', Image.LANCZOS), ('Area', Image.BOX)):
                    open(f'{sys.argv[1]}/{name}{size}', 'wb').write(image.resize((size, size), kind).convert('RGBA').tobytes())
            """, scratch.Path);
        var image = ImageFile.Read(File.ReadAllBytes(file), file);
        foreach (var size in (int[])[16, 32, 47, 80])
            foreach (var filter in Enum.GetValues<ResizeFilter>())
            {
                var (ours, theirs) = (Square(image, size, filter), File.ReadAllBytes(scratch[$"{filter}{size}"]));
                ours.Length.ShouldBe(theirs.Length);
                // and rounds
                ours.Zip(theirs).Max(pair => Math.Abs(pair.First - pair.Second)).ShouldBeLessThanOrEqualTo(1, $"{filter} {size}");
            }
    }

    private static byte[] Square(DecodedImage image, int size, ResizeFilter filter) =>
        ImageFile.Read(Resize.Square(image, size, filter).Png, "resized").Pixels;
}
