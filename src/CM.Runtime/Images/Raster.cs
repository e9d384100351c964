namespace CM.Runtime;

/// <summary>A picture in memory: 8 bits a channel, grey or RGB, row by row from the top left.</summary>
internal sealed class Raster
{
    /// <summary>A picture of one colour.</summary>
    /// <param name="width">Columns, 1 or more.</param>
    /// <param name="height">Rows, 1 or more.</param>
    /// <param name="channels">1 (grey) or 3 (RGB).</param>
    /// <param name="background">Value of every channel.</param>
    public Raster(int width, int height, int channels, byte background)
    {
        Width = width;
        Height = height;
        Channels = channels;
        Pixels = new byte[width * height * channels];
        Pixels.AsSpan().Fill(background);
    }

    public int Width { get; }

    public int Height { get; }

    public int Channels { get; }

    public byte[] Pixels { get; }

    /// <summary>The channels of a pixel.</summary>
    public Span<byte> this[int x, int y] => Pixels.AsSpan((y * Width + x) * Channels, Channels);
}
