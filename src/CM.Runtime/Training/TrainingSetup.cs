namespace CM.Runtime;

/// <summary>What a run may choose differently from the declaration.</summary>
/// <param name="Steps">Optimiser steps in all, 1 or more.</param>
/// <param name="Batch">Examples in a step, 1 or more.</param>
/// <param name="Seed">Where every random number comes from.</param>
/// <param name="Device">Where tensors live.</param>
public sealed record TrainingSetup(int Steps, int Batch, long Seed, Device Device);
