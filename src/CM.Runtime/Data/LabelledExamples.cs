using CM.Dsl;

namespace CM.Runtime;

/// <summary>Examples and the class of each.</summary>
internal sealed class LabelledExamples(IExamples examples, IReadOnlyList<int> labels) : ILabelledExamples
{
    public int Count => examples.Count;

    public void Read(int index, Span<float> values) => examples.Read(index, values);

    public int Label(int index) => labels[index];
}
