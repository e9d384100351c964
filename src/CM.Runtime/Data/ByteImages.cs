using CM.Dsl;

namespace CM.Runtime;

/// <summary>Images in memory, a byte a number, scaled from 0…255 to −1…1.</summary>
/// <param name="pixels">All images, row-major, <c>[count, channels, height, width]</c>.</param>
/// <param name="count">Number of images.</param>
internal sealed class ByteImages(byte[] pixels, int count) : IExamples
{
    private static readonly float[] Scaled = [.. Enumerable.Range(0, 256).Select(level => (float)(level / 127.5 - 1))];

    public int Count => count;

    public void Read(int index, Span<float> values)
    {
        Scale(pixels.AsSpan(index * values.Length, values.Length), values);
    }

    /// <summary>From 0…255 to −1…1.</summary>
    public static void Scale(ReadOnlySpan<byte> pixels, Span<float> values)
    {
        for (var i = 0; i < pixels.Length; i++)
            values[i] = Scaled[pixels[i]];
    }
}
