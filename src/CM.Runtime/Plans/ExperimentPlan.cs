using System.Text.Json.Nodes;
using CM.Dsl;

namespace CM.Runtime;

/// <summary>Everything that the declaration of an experiment says, as data.</summary>
public sealed record ExperimentPlan
{
    /// <summary>Name of the record.</summary>
    public required string Name { get; init; }

    /// <summary>Name of the record with its namespace and the types around it.</summary>
    public string FullName { get => field ?? Name; init; }

    /// <summary>Optimiser steps, 1 or more.</summary>
    public required int Steps { get; init; }

    /// <summary>Examples in a step, 1 or more.</summary>
    public required int Batch { get; init; }

    /// <summary>Seed of every random number.</summary>
    public required long Seed { get; init; }

    /// <summary>The data.</summary>
    public required IDataSource Data { get; init; }

    /// <summary>Shape of one example, without the batch.</summary>
    public required long[] DataShape { get; init; }

    /// <summary>Whether every second image, by chance, is mirrored.</summary>
    public bool HorizontalFlip { get; init; }

    /// <summary>Whether a part of the coupling looks at all samples at once, so that a batch cannot be trained on in parts.</summary>
    public bool CouplesBatch { get; init; }

    /// <summary>Number of classes of the data's labels; 0 if no network takes labels.</summary>
    public int Classes { get; init; }

    /// <summary>Name of the network that is trained.</summary>
    public required string Network { get; init; }

    /// <summary>
    /// How many numbers are held for each that is trained: itself, its gradient, its moments, its averages and its frozen value.
    /// </summary>
    public required int Copies { get; init; }

    /// <summary>Between which times samples are trained, both above 0.</summary>
    public required (double From, double To) Times { get; init; }

    /// <summary>Falling times of the sampler, one or more.</summary>
    public required double[] SampleTimes { get; init; }

    /// <summary>The run that weights come from; null where none do.</summary>
    public Origin? Origin { get; init; }

    /// <summary>How samples are judged; null where the experiment does not say.</summary>
    public EvaluationPlan? Evaluation { get; init; }

    /// <summary>The comparisons to which the experiment belongs; null where there is none.</summary>
    public ComparisonPlan? Comparison { get; init; }

    /// <summary>Declaration in words: <c>("Model", "MoonsDenoiser")</c>. A checkpoint resumes only under the same.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Declaration { get; init; }

    /// <summary>The declaration line by line; an axis may occur more than once.</summary>
    internal JsonArray DeclarationAsJson() =>
        new([.. Declaration.Select(line => new JsonObject { ["axis"] = line.Key, ["value"] = line.Value })]);

    /// <summary>Checks the number of examples that are trained on at once.</summary>
    /// <param name="given">The user's choice; null for all.</param>
    /// <param name="batch">Examples of a process.</param>
    /// <exception cref="UserError">It is 0 or less, or the experiment's batches cannot be split.</exception>
    internal int? CheckedMicroBatch(int? given, int batch)
    {
        if (given is { } part && Arguments.AtLeastOne(part, "--micro-batch") < batch && CouplesBatch)
            throw new UserError($"--micro-batch {part}: the coupling of {Name} matches what its networks make of a whole batch, "
                + "which cannot be done in parts; "
                + "leave --micro-batch out, or take a smaller --batch.");
        return given;
    }
}

/// <summary>A finished run that an experiment takes weights from.</summary>
/// <param name="Experiment">Full name of the experiment whose run it is.</param>
/// <param name="Starts">Whether the training starts from its weights, or only keeps them beside it.</param>
/// <param name="Continues">Whether steps are counted on from those of the run.</param>
public sealed record Origin(string Experiment, bool Starts, bool Continues);
