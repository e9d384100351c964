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
        picture.Channels.ShouldBe(1);
        Level(0, 0).ShouldBe((byte)64);
        Level(gap, gap).ShouldBe((byte)0);
        Level(gap + scale - 1, gap + scale - 1).ShouldBe((byte)0);
        Level(gap + scale, gap).ShouldBe((byte)255);
        Level(gap + 2 * scale, gap).ShouldBe((byte)64);
        Level(gap + 2 * scale + gap, gap).ShouldBe((byte)255);
        Level(gap, gap + scale + gap).ShouldBe((byte)128);
        Level(gap + scale, gap + scale + gap).ShouldBe((byte)255); // above the range
        Level(picture.Width - gap - 1, picture.Height - gap - 1).ShouldBe((byte)64); // the place of a fourth

        byte Level(int x, int y) => Pixel(picture, x, y)[0];
    }

    [Fact]
    public void Colours_keep_their_channels()
    {
        var picture = ImageGrid.Draw([1, -1, 0], channels: 3, height: 1, width: 1);
        Pixel(picture, 50, 50).ShouldBe([(byte)255, 0, 128]);
    }

    [Fact]
    public void Samples_lie_strong_over_pale_data()
    {
        var picture = ScatterPlot.Draw([-1, -1, 1, 0.5f], [0.5f, 0, float.NaN, 5]);
        (picture.Width, picture.Height).ShouldBe((ScatterPlot.Side, ScatterPlot.Side));
        var (data, sample) = (At(-1, -1), At(0.5, 0));
        data.ShouldSatisfyAllConditions(() => (data[2] - data[0]).ShouldBeInRange(10, 50), () => ((int)data[0]).ShouldBeInRange(160, 220));
        sample.ShouldSatisfyAllConditions(() => ((int)sample[0]).ShouldBeInRange(190, 230), () => ((int)sample[1]).ShouldBeLessThan(130));
        At(1, 0.5).ShouldBe(data);
        At(-0.97, 0.53).ShouldBe([(byte)255, 255, 255], "nothing lies there");

        byte[] At(double x, double y)
        {
            var margins = ScatterPlot.Margins;
            var side = ScatterPlot.Side - margins.Left - margins.Right;
            side.ShouldBe(ScatterPlot.Side - margins.Top - margins.Bottom, "the frame is a square");
            var (column, row) = (margins.Left + side * (1 + x / ScatterPlot.Room) / 2, margins.Top + side * (1 - y / ScatterPlot.Room) / 2);
            return Pixel(picture, (int)column, (int)row);
        }
    }

    private static byte[] Pixel(EncodedImage picture, int x, int y) =>
        ImageFile.Read(picture.Png, "picture").Pixels.AsSpan(4 * (y * picture.Width + x), 3).ToArray();
}
