namespace CM.Runtime;

/// <summary>Images side by side in a grid, enlarged by a whole number so that small ones can be seen.</summary>
internal static class ImageGrid
{
    private const int Gap = 2;
    private const int WantedSide = 96; // pixels of an enlarged image, at most
    private const byte Background = 64;

    /// <summary>Draws images.</summary>
    /// <param name="values">All images, <c>[count, channels, height, width]</c>, from −1 to 1.</param>
    /// <param name="channels">Channels, 1 or 3.</param>
    /// <param name="height">Rows of an image.</param>
    /// <param name="width">Columns of an image.</param>
    /// <param name="columns">Images in a row of the grid. Default: as many as make it a square.</param>
    public static EncodedImage Draw(ReadOnlySpan<float> values, int channels, int height, int width, int? columns = null)
    {
        var size = channels * height * width;
        var count = values.Length / size;
        var across = columns ?? Side(count);
        var down = (count + across - 1) / across;
        var scale = Math.Max(1, WantedSide / Math.Max(height, width));
        var (wide, high) = (across * (width * scale + Gap) + Gap, down * (height * scale + Gap) + Gap);
        var pixels = new byte[wide * high * channels];
        pixels.AsSpan().Fill(Background);
        for (var i = 0; i < count; i++)
        {
            var image = values.Slice(i * size, size);
            var (row, column) = Math.DivRem(i, across);
            var (left, top) = (Gap + column * (width * scale + Gap), Gap + row * (height * scale + Gap));
            for (var y = 0; y < height * scale; y++)
                for (var x = 0; x < width * scale; x++)
                    for (var channel = 0; channel < channels; channel++)
                        pixels[((top + y) * wide + left + x) * channels + channel] =
                            EncodedImage.Level(image[(channel * height + y / scale) * width + x / scale]);
        }
        return EncodedImage.Of(wide, high, channels, pixels);
    }

    /// <summary>Rows and columns of a square grid.</summary>
    public static int Side(int count) => (int)Math.Ceiling(Math.Sqrt(count));
}
