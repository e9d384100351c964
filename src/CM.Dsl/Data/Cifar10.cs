namespace CM.Dsl;

/// <summary>
/// CIFAR-10's 50,000 training images, 32×32, RGB (Krizhevsky 2009), in its binary version: the folder <c>cifar-10-batches-bin</c> or the
/// archive <c>cifar-10-binary.tar.gz</c>, looked up in the data folder.
/// </summary>
[Shape(3, 32, 32), Classes(10)]
public sealed record Cifar10 : IDataSource;
