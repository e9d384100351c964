namespace CM.Dsl;

/// <summary>Where examples come from. A data source carries a <see cref="ShapeAttribute"/> with the shape of one example, without the batch.</summary>
public interface IDataSource;

/// <summary>Examples that are computed or held in memory: implement this for your own data.</summary>
/// <remarks>Called from several threads at once.</remarks>
public interface IExamples : IDataSource
{
    /// <summary>How many examples there are.</summary>
    int Count { get; }

    /// <summary>Writes one example, row-major, images scaled to [-1, 1].</summary>
    /// <param name="index">From 0 up to, but not including, <see cref="Count"/>.</param>
    /// <param name="values">As many numbers as the shape has.</param>
    void Read(int index, Span<float> values);
}

/// <summary>Examples that belong to classes; the record carries a <see cref="ClassesAttribute"/>.</summary>
public interface ILabelledExamples : IExamples
{
    /// <summary>The class of an example.</summary>
    /// <param name="index">From 0 up to, but not including, <see cref="IExamples.Count"/>.</param>
    /// <returns>From 0 up to, but not including, the number of classes.</returns>
    int Label(int index);
}

/// <summary>How many classes the labels of a data source name.</summary>
/// <param name="count">1 or more.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ClassesAttribute(int count) : Attribute
{
    /// <summary>How many classes there are.</summary>
    public int Count { get; } = count;
}
