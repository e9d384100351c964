using CM.Dsl;

namespace CM.Runtime;

/// <summary>The images of an idx file as examples, scaled from 0…255 to −1…1.</summary>
internal sealed class IdxExamples(IdxFile file) : IExamples
{
    private static readonly float[] Scaled = [.. Enumerable.Range(0, 256).Select(level => (float)(level / 127.5 - 1))];

    public int Count => file.Count;

    public void Read(int index, Span<float> values)
    {
        var size = file.Height * file.Width;
        var pixels = file.Pixels.AsSpan(index * size, size);
        for (var i = 0; i < pixels.Length; i++)
            values[i] = Scaled[pixels[i]];
    }
}
