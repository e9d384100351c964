using CM.Generators.Diagnostics;

namespace CM.Generators.Classifiers;

/// <summary>A network with <c>[Classifier]</c>.</summary>
/// <param name="IsListed">Whether a list of declarations can name it.</param>
internal sealed record Classifier(RecordName Name, bool IsListed)
{
    public int Steps { get; init; }

    public int Batch { get; init; }

    public double LearningRate { get; init; }

    public int Seed { get; init; }

    /// <summary>The type of the data it is trained on, in full.</summary>
    public string Data { get; init; } = "";

    /// <summary>The type of the data it is tested on, in full.</summary>
    public string Test { get; init; } = "";

    /// <summary>Shape of one example, without the batch.</summary>
    public EquatableArray<int> Shape { get; init; }

    public int Classes { get; init; }

    public int Features { get; init; }

    /// <summary>False also where something else is wrong with the network.</summary>
    public bool Fits { get; init; }

    public EquatableArray<Finding> Findings { get; init; }
}
