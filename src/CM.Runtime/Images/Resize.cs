namespace CM.Runtime;

/// <summary>How pixels are weighed when a picture changes its size.</summary>
internal enum ResizeFilter
{
    /// <summary>sinc(x)·sinc(x/3) for |x| &lt; 3: sharp.</summary>
    Lanczos,

    /// <summary>The mean over the area that a new pixel covers.</summary>
    Area,
}

/// <summary>
/// Cuts the largest square out of the middle of a picture and brings it to a size. Making smaller, a filter is stretched
/// so that it covers every pixel.
/// </summary>
internal static class Resize
{
    /// <summary>Makes a square image; transparent pixels lie on white.</summary>
    /// <param name="image">Any image.</param>
    /// <param name="size">Columns and rows, 1 or more.</param>
    /// <param name="filter">Filter that weighs pixels.</param>
    /// <returns>Grey where all colours are, else RGB.</returns>
    public static EncodedImage Square(DecodedImage image, int size, ResizeFilter filter)
    {
        var side = Math.Min(image.Width, image.Height);
        var (left, top) = ((image.Width - side) / 2, (image.Height - side) / 2);
        var channels = image.IsGrey ? 1 : 3;
        var weights = Weights(side, size, filter);
        var wide = new float[side * size * channels]; // columns first, then rows
        var row = new float[side * channels];
        for (var y = 0; y < side; y++)
        {
            for (var i = 0; i < row.Length; i++)
            {
                var pixel = 4 * ((top + y) * image.Width + left + i / channels);
                var opacity = image.Pixels[pixel + 3] / 255f;
                row[i] = opacity * image.Pixels[pixel + i % channels] + (1 - opacity) * 255;
            }
            for (var x = 0; x < size; x++)
                for (var channel = 0; channel < channels; channel++)
                    wide[(y * size + x) * channels + channel] = Sum(weights[x], row, channel, channels);
        }

        var pixels = new byte[size * size * channels];
        for (var y = 0; y < size; y++)
            for (var i = 0; i < size * channels; i++)
                pixels[y * size * channels + i] =
                    (byte)Math.Clamp(MathF.Round(Sum(weights[y], wide, i, size * channels), MidpointRounding.AwayFromZero), 0, 255);
        return EncodedImage.Of(size, size, channels, pixels);
    }

    private static float Sum((int First, float[] Values) weights, float[] values, int offset, int stride)
    {
        var sum = 0f;
        for (var i = 0; i < weights.Values.Length; i++)
            sum += weights.Values[i] * values[(weights.First + i) * stride + offset];
        return sum;
    }

    /// <summary>
    /// For each new pixel the first old one that it is made of, and the shares of that and the following ones, which add up to 1.
    /// </summary>
    private static (int First, float[] Values)[] Weights(int from, int to, ResizeFilter filter)
    {
        var scale = (double)from / to;
        var stretch = Math.Max(1, scale);
        var reach = stretch * (filter == ResizeFilter.Lanczos ? 3 : 0.5);
        return [.. Enumerable.Range(0, to).Select(place =>
        {
            var centre = (place + 0.5) * scale;
            var first = Math.Max(0, (int)(centre - reach + 0.5));
            var last = Math.Min(from, (int)(centre + reach + 0.5));
            var shares = Enumerable.Range(first, last - first).Select(pixel => Share((pixel + 0.5 - centre) / stretch, filter)).ToArray();
            var sum = shares.Sum();
            return (first, shares.Select(share => (float)(share / sum)).ToArray());
        })];
    }

    private static double Share(double x, ResizeFilter filter) => filter switch
    {
        ResizeFilter.Area => x is > -0.5 and <= 0.5 ? 1 : 0,
        _ => Math.Abs(x) < 3 ? Sinc(x) * Sinc(x / 3) : 0,
    };

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);
}
