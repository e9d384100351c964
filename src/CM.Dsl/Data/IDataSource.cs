namespace CM.Dsl;

/// <summary>
/// Source of examples. A data source carries a <see cref="ShapeAttribute"/> with the shape of one example, without the batch.
/// </summary>
public interface IDataSource;

/// <summary>Examples that are computed or held in memory: implement this for your own data.</summary>
/// <remarks>Called from several threads at once.</remarks>
public interface IExamples : IDataSource
{
    /// <summary>Number of examples.</summary>
    int Count { get; }

    /// <summary>Writes one example, row-major, images scaled to [-1, 1].</summary>
    /// <param name="index">Index, from 0 up to, but not including, <see cref="Count"/>.</param>
    /// <param name="values">Elements, as many as the shape has.</param>
    void Read(int index, Span<float> values);
}

/// <summary>Examples that belong to classes; the record carries a <see cref="ClassesAttribute"/>.</summary>
public interface ILabelledExamples : IExamples
{
    /// <summary>The class of an example.</summary>
    /// <param name="index">Index, from 0 up to, but not including, <see cref="IExamples.Count"/>.</param>
    /// <returns>From 0 up to, but not including, the number of classes.</returns>
    int Label(int index);
}

/// <summary>Number of classes of a data source's labels.</summary>
/// <param name="count">Count, 1 or more.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ClassesAttribute(int count) : Attribute
{
    /// <summary>Number of classes.</summary>
    public int Count { get; } = count;
}
