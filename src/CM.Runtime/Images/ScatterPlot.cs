using ScottPlot;

namespace CM.Runtime;

/// <summary>Points in the plane: data pale, samples strong over it, in a frame that fits the data.</summary>
internal static class ScatterPlot
{
    /// <summary>Columns and rows of the picture.</summary>
    public const int Side = 640;

    /// <summary>The frame's half side over the largest coordinate of the data.</summary>
    public const double Room = 1.15;

    /// <summary>
    /// Pixels around the frame. They are fixed so that the frame is a square and lies where it lies on a machine without fonts, too.
    /// </summary>
    public static readonly PixelPadding Margins = new(left: 52, right: 12, bottom: 36, top: 28);

    private static readonly Color Pale = Color.FromHex("#B2BECD").WithAlpha(0.8);
    private static readonly Color Strong = Color.FromHex("#C9373C").WithAlpha(0.8);

    /// <summary>Draws two sets of points, each <c>[n, 2]</c>; those outside the frame are left out.</summary>
    public static EncodedImage Draw(float[] data, float[] samples)
    {
        var extent = Room * Math.Max(1e-6, data.Select(Math.Abs).DefaultIfEmpty().Max());
        using var plot = new Plot();
        Add("data", Pale, data);
        Add("samples", Strong, samples);
        plot.Axes.SetLimits(-extent, extent, -extent, extent);
        plot.Layout.Fixed(Margins);
        plot.ShowLegend(Alignment.UpperRight);
        using var image = plot.GetImage(Side, Side);
        return new EncodedImage(Side, Side, Channels: 3, image.GetImageBytes(ImageFormat.Png));

        void Add(string name, Color color, float[] points)
        {
            var inside = points.Chunk(2).Where(point => Math.Abs(point[0]) < extent && Math.Abs(point[1]) < extent);
            var dots = plot.Add.ScatterPoints(inside.Select(point => new Coordinates(point[0], point[1])).ToArray(), color);
            (dots.MarkerSize, dots.LegendText) = (4, name);
        }
    }
}
