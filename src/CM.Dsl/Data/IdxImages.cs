namespace CM.Dsl;

/// <summary>Grey images in idx files (the format of MNIST), gzipped or not, looked up in the data folder.</summary>
/// <param name="Images">Name of the file with the images, without <c>.gz</c>; may begin with the folder in which it lies.</param>
/// <param name="Labels">Name of the file with the labels, beside the images, without <c>.gz</c>; null where there is none.</param>
public abstract record IdxImages(string Images, string? Labels) : IDataSource;

/// <summary>Handwritten digits, 28×28, grey (LeCun et al. 1998).</summary>
[Shape(1, 28, 28), Classes(10)]
public sealed record Mnist() : IdxImages("train-images-idx3-ubyte", "train-labels-idx1-ubyte");

/// <summary>The digits of MNIST that are kept for tests.</summary>
[Shape(1, 28, 28), Classes(10)]
public sealed record MnistTest() : IdxImages("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte");

/// <summary>
/// Articles of clothing, 28×28, grey (Xiao et al. 2017), in a folder <c>fashion-mnist</c>: its files have the names of MNIST's.
/// </summary>
[Shape(1, 28, 28), Classes(10)]
public sealed record FashionMnist() : IdxImages("fashion-mnist/train-images-idx3-ubyte", "train-labels-idx1-ubyte");
