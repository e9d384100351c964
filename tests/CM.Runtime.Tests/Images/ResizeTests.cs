namespace CM.Runtime.Tests;

public sealed class ResizeTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Theory, InlineData(5), InlineData(6), InlineData(9)]
    public void One_colour_stays_one_colour(int size)
    {
        var image = new PngImage(new PngHeader(6, 6, 8, PngColour.Rgb), [.. Enumerable.Range(0, 108).Select(i => (byte)(40 + 60 * (i % 3)))]);
        foreach (var filter in Enum.GetValues<ResizeFilter>())
            Resize.Square(image, size, filter).Pixels.Chunk(3).ShouldAllBe(pixel => pixel[0] == 40 && pixel[1] == 100 && pixel[2] == 160);
    }

    [Fact]
    public void The_middle_is_cut_out_and_halves_are_means()
    {
        // 6×4: the first and last column go away, 2×2 blocks become their means
        byte[] rows = [9, 0, 4, 8, 8, 9, 9, 2, 2, 8, 8, 9, 9, 10, 10, 1, 2, 9, 9, 20, 20, 3, 4, 9];
        var picture = Resize.Square(new PngImage(new PngHeader(6, 4, 8, PngColour.Grey), rows), 2, ResizeFilter.Area);
        (picture.Channels, picture.Width).ShouldBe((1, 2));
        picture.Pixels.ShouldBe([(byte)2, 8, 15, 3]); // 2.5 of the last block is rounded away from zero
    }

    [Fact]
    public void The_same_size_changes_nothing_and_transparency_lies_on_white()
    {
        byte[] rows = [10, 20, 30, 255, 10, 20, 30, 0, 0, 0, 0, 51, 255, 0, 0, 255];
        var picture = Resize.Square(new PngImage(new PngHeader(2, 2, 8, PngColour.Rgba), rows), 2, ResizeFilter.Lanczos);
        picture.Pixels.ShouldBe([(byte)10, 20, 30, 255, 255, 255, 204, 204, 204, 255, 0, 0]);
    }

    [PythonFact("PIL", "python3-pil")]
    public void Pillow_makes_the_same_pictures()
    {
        var random = new Random(7);
        var image = new PngImage(new PngHeader(61, 47, 8, PngColour.Rgb), new byte[61 * 47 * 3]);
        for (var i = 0; i < image.Rows.Length; i++) // far from black and white, where Pillow cuts off between its two passes
            image.Rows[i] = (byte)(i < 183 ? random.Next(80, 176) : Math.Clamp(image.Rows[i - 183] + random.Next(-40, 41), 80, 175));
        using (var file = File.Create(scratch["a.png"]))
            Png.Write(file, image);
        Programs.RunPython("""
            import sys
            from PIL import Image
            image = Image.open(sys.argv[1] + '/a.png').crop((7, 0, 54, 47))
            for size in (16, 32, 47, 80):
                for name, kind in (('Lanczos', Image.LANCZOS), ('Area', Image.BOX)):
                    open(f'{sys.argv[1]}/{name}{size}', 'wb').write(image.resize((size, size), kind).tobytes())
            """, scratch.Path);
        foreach (var size in (int[])[16, 32, 47, 80])
            foreach (var filter in Enum.GetValues<ResizeFilter>())
            {
                var (ours, theirs) = (Resize.Square(image, size, filter).Pixels, File.ReadAllBytes(scratch[$"{filter}{size}"]));
                ours.Length.ShouldBe(theirs.Length);
                ours.Zip(theirs).Max(pair => Math.Abs(pair.First - pair.Second)).ShouldBeLessThanOrEqualTo(1, $"{filter} {size}"); // and rounds
            }
    }
}
