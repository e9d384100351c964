namespace CM.Dsl;

/// <summary>
/// Declares how a network is trained to tell classes apart, with Adam and cross entropy: <c>train-features</c> does it once, and its
/// features then judge samples (the Fréchet distance and its kin).
/// </summary>
/// <typeparam name="TData">Labelled data to train on, with <see cref="ShapeAttribute"/> and <see cref="ClassesAttribute"/>.</typeparam>
/// <typeparam name="TTest">Data of the same kind on which the accuracy is measured.</typeparam>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ClassifierAttribute<TData, TTest> : Attribute
    where TData : IDataSource, new()
    where TTest : IDataSource, new()
{
    /// <summary>Number of optimizer steps, 1 or more.</summary>
    public int Steps { get; set; } = 1_000;

    /// <summary>Number of examples in a step, 1 or more.</summary>
    public int Batch { get; set; } = 128;

    /// <summary>Adam's learning rate, above 0.</summary>
    public double LearningRate { get; set; } = 1e-3;

    /// <summary>Seed of every random number.</summary>
    public int Seed { get; set; } = 1;
}

/// <summary>
/// Judges samples in the course of a training, and by <c>evaluate</c>: points in the plane by their distances to the data.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public class EvaluateAttribute : Attribute
{
    /// <summary>Every how many steps of a training, and at its end; 0 for <c>evaluate</c> alone.</summary>
    public int Every { get; set; }

    /// <summary>Number of samples, 2 or more.</summary>
    public int Samples { get; set; } = 2_000;
}

/// <summary>Judges images by the features of a classifier, which <c>train-features</c> has trained.</summary>
/// <typeparam name="TClassifier">A network with <see cref="ClassifierAttribute{TData, TTest}"/> that takes examples of the experiment's
/// data.</typeparam>
public sealed class EvaluateAttribute<TClassifier> : EvaluateAttribute
    where TClassifier : IClassifier;

/// <summary>Belongs to a comparison, or to several: <c>compare GROUP</c> trains all of a group and writes one table of them.</summary>
/// <param name="groups">Names of the comparisons.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class CompareAttribute(params string[] groups) : Attribute
{
    /// <summary>Names of the comparisons.</summary>
    public string[] Groups { get; } = groups;

    /// <summary>Number of trainings, each with its own seed, 1 or more.</summary>
    public int Seeds { get; set; } = 1;
}
