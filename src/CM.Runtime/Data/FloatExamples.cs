using CM.Dsl;

namespace CM.Runtime;

/// <summary>Examples in memory as they are.</summary>
/// <param name="values">All examples, row-major, the first axis counting them.</param>
/// <param name="count">Number of examples.</param>
internal sealed class FloatExamples(float[] values, int count) : IExamples
{
    public int Count => count;

    public void Read(int index, Span<float> example) => values.AsSpan(index * example.Length, example.Length).CopyTo(example);
}
