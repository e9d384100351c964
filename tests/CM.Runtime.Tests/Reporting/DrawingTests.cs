namespace CM.Runtime.Tests;

public class DrawingTests
{
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
}
