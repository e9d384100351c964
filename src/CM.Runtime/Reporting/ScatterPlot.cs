namespace CM.Runtime;

/// <summary>Points in the plane: data pale, samples strong over it, in a frame that fits the data.</summary>
internal static class ScatterPlot
{
    private const int Side = 640;
    private const int Margin = 24;
    private const double Room = 1.15; // the frame's half side over the data's largest coordinate

    private static readonly Dot Pale = new(1.6, [178, 190, 205], 0.7);
    private static readonly Dot Strong = new(1.9, [201, 55, 60], 0.75);
    private static readonly byte[] FrameColor = [110, 110, 110];
    private static readonly byte[] AxisColor = [225, 225, 225];

    /// <summary>Draws two sets of points, each <c>[n, 2]</c>.</summary>
    public static Raster Draw(ReadOnlySpan<float> data, ReadOnlySpan<float> samples)
    {
        var picture = new Raster(Side, Side, channels: 3, background: 255);
        var largest = 1e-6;
        foreach (var value in data)
            largest = Math.Max(largest, Math.Abs(value));
        DrawFrame(picture);
        Pale.Draw(picture, data, largest * Room);
        Strong.Draw(picture, samples, largest * Room);
        return picture;
    }

    private static void DrawFrame(Raster picture)
    {
        for (var i = Margin; i <= Side - 1 - Margin; i++)
        {
            AxisColor.CopyTo(picture[i, Side / 2]);
            AxisColor.CopyTo(picture[Side / 2, i]);
        }
        for (var i = Margin; i <= Side - 1 - Margin; i++)
            foreach (var edge in (int[])[Margin, Side - 1 - Margin])
            {
                FrameColor.CopyTo(picture[i, edge]);
                FrameColor.CopyTo(picture[edge, i]);
            }
    }

    /// <summary>A round dot with a soft edge.</summary>
    private sealed record Dot(double Radius, byte[] Color, double Opacity)
    {
        /// <summary>Draws the points whose coordinates are below <paramref name="extent"/>.</summary>
        public void Draw(Raster picture, ReadOnlySpan<float> points, double extent)
        {
            var half = Side / 2.0;
            for (var i = 0; i + 1 < points.Length; i += 2)
                if (Math.Abs(points[i]) < extent && Math.Abs(points[i + 1]) < extent)
                    DrawOne(picture, half + points[i] / extent * (half - Margin), half - points[i + 1] / extent * (half - Margin));
        }

        private void DrawOne(Raster picture, double centerX, double centerY)
        {
            var reach = Radius + 1;
            for (var y = (int)(centerY - reach); y <= centerY + reach; y++)
                for (var x = (int)(centerX - reach); x <= centerX + reach; x++)
                {
                    if (x < 0 || y < 0 || x >= Side || y >= Side)
                        continue;
                    var distance = Math.Sqrt((x + 0.5 - centerX) * (x + 0.5 - centerX) + (y + 0.5 - centerY) * (y + 0.5 - centerY));
                    var cover = Opacity * Math.Clamp(Radius + 0.5 - distance, 0, 1);
                    var pixel = picture[x, y];
                    for (var channel = 0; channel < 3; channel++)
                        pixel[channel] = (byte)Math.Round(pixel[channel] + cover * (Color[channel] - pixel[channel]));
                }
        }
    }
}
