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

/// <summary>Grey images in idx files (the format of MNIST), gzipped or not, looked up in the data folder.</summary>
/// <param name="Images">Name of the file with the images, without <c>.gz</c>.</param>
/// <param name="Labels">Name of the file with the labels, without <c>.gz</c>; null where there is none.</param>
public abstract record IdxImages(string Images, string? Labels) : IDataSource;

/// <summary>Handwritten digits, 28×28, grey (LeCun et al. 1998).</summary>
[Shape(1, 28, 28)]
public sealed record Mnist() : IdxImages("train-images-idx3-ubyte", "train-labels-idx1-ubyte");
