using CM.Dsl;

namespace CM.Runtime;

/// <summary>Everything that the declaration of a classifier says, as data.</summary>
public sealed record ClassifierPlan
{
    /// <summary>Name of the record.</summary>
    public required string Name { get; init; }

    /// <summary>Name of the record with its namespace and the types around it.</summary>
    public string FullName { get => field ?? Name; init; }

    /// <summary>Optimiser steps, 1 or more.</summary>
    public required int Steps { get; init; }

    /// <summary>Examples in a step, 1 or more.</summary>
    public required int Batch { get; init; }

    /// <summary>Adam's learning rate, above 0.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Seed of every random number.</summary>
    public required long Seed { get; init; }

    /// <summary>Training data.</summary>
    public required IDataSource Data { get; init; }

    /// <summary>Data on which the accuracy is measured.</summary>
    public required IDataSource Test { get; init; }

    /// <summary>Shape of one example, without the batch.</summary>
    public required long[] DataShape { get; init; }

    /// <summary>Number of classes.</summary>
    public required int Classes { get; init; }

    /// <summary>Number of features of an example.</summary>
    public required int Features { get; init; }

    /// <summary>Parameters of the network.</summary>
    public required Func<ParameterLayout> Layout { get; init; }

    /// <summary>
    /// Makes the module over parameters: from examples <c>[B, …]</c> to features <c>[B, Features]</c> and logits <c>[B, Classes]</c>.
    /// </summary>
    public required Func<ParameterScope, nn.Module<Tensor, (Tensor, Tensor)>> NewModule { get; init; }
}
