namespace CM.Runtime;

/// <summary>Settings of a run that may differ from the declaration.</summary>
/// <param name="Steps">Optimiser steps in all, 1 or more.</param>
/// <param name="Batch">Examples in a step, 1 or more; several processes share them.</param>
/// <param name="Seed">Seed of every random number.</param>
/// <param name="Device">Device of the tensors.</param>
public sealed record TrainingSetup(int Steps, int Batch, long Seed, Device Device)
{
    /// <summary>
    /// Examples that a process trains on at once, 1 or more; the gradients of a batch are added up. Default: all that it has.
    /// </summary>
    public int? MicroBatch { get; init; }

    /// <summary>
    /// Whether every pass sees the whole batch (<see cref="ConsistencyTrainer.HasStaticShapes"/>); null where the device decides.
    /// </summary>
    internal bool? StaticShapes { get; init; }

    /// <summary>The processes that share each batch; null where there is one.</summary>
    internal IProcessGroup? Group { get; init; }

    /// <summary>Examples of a step that this process trains on.</summary>
    internal int OwnBatch => Batch / (Group?.Size ?? 1);

    /// <summary>Examples that are in memory at once.</summary>
    internal int AtOnce => Math.Min(MicroBatch ?? OwnBatch, OwnBatch);

    /// <summary>The place of the first of them in the batch.</summary>
    internal int OwnFirst => OwnBatch * (Group?.Rank ?? 0);
}
