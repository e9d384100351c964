using System.IO.Compression;
using CM.Dsl;

namespace CM.Runtime;

/// <summary>
/// The digits that are embedded in this assembly. <c>optdigits.br</c> is a Brotli stream of 5,620 bytes with labels, then 5,620 × 64 bytes
/// with levels from 0 to 16, row-major; the 3,823 training examples come first, both sets in the order of the published files.
/// </summary>
internal sealed class OpticalDigitImages : ILabelledExamples
{
    private const string Resource = "optdigits.br";
    private const int TrainCount = 3823;
    private const int TestCount = 1797;
    private const int Total = TrainCount + TestCount;
    private const int Pixels = 64;
    private const float HalfRange = 8;

    private readonly byte[] bytes = new byte[Total * (1 + Pixels)];
    private readonly int first;

    private OpticalDigitImages(int first, int count)
    {
        (this.first, Count) = (first, count);
        using var resource = typeof(OpticalDigitImages).Assembly.GetManifestResourceStream(Resource)!;
        using var stream = new BrotliStream(resource, CompressionMode.Decompress);
        stream.ReadExactly(bytes);
    }

    public static OpticalDigitImages Train() => new(0, TrainCount);

    public static OpticalDigitImages Test() => new(TrainCount, TestCount);

    public int Count { get; }

    public int Label(int index) => bytes[first + index];

    public void Read(int index, Span<float> values)
    {
        var levels = bytes.AsSpan(Total + (first + index) * Pixels, Pixels);
        for (var i = 0; i < Pixels; i++)
            values[i] = levels[i] / HalfRange - 1;
    }
}
