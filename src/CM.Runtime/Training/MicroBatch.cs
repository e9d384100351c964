namespace CM.Runtime;

/// <summary>
/// The samples of a batch that are trained on at once: all of them, unless several processes share the batch, or <c>--micro-batch</c>
/// splits it. The losses of all parts add up to that of the batch, and so do their gradients.
/// </summary>
public sealed class MicroBatch
{
    private readonly long own;

    /// <param name="batch">Samples of the whole batch, those of all processes.</param>
    /// <param name="first">The place of the part's first sample in it.</param>
    /// <param name="count">Samples of the part.</param>
    /// <param name="own">The place of the first among the samples of this process.</param>
    internal MicroBatch(long batch, long first, long count, long own)
    {
        Batch = batch;
        First = first;
        Count = count;
        this.own = own;
    }

    /// <summary>A batch in one part.</summary>
    /// <param name="batch">Its samples.</param>
    public static MicroBatch Whole(long batch) => new(batch, 0, batch, 0);

    /// <summary>Share of the batch that a process trains on, in parts of at most so many samples.</summary>
    /// <param name="own">Samples of the process.</param>
    /// <param name="most">Largest size of a part, 1 or more.</param>
    /// <param name="rank">The place of the process.</param>
    /// <param name="size">Number of processes, each with as many samples.</param>
    internal static IEnumerable<MicroBatch> Split(long own, long most, int rank, int size)
    {
        for (var first = 0L; first < own; first += most)
            yield return new MicroBatch(own * size, own * rank + first, Math.Min(most, own - first), first);
    }

    /// <summary>Samples of the whole batch.</summary>
    public long Batch { get; }

    /// <summary>The place of the part's first sample in the whole batch.</summary>
    internal long First { get; }

    /// <summary>Samples of the part.</summary>
    internal long Count { get; }

    /// <summary>Its rows of the whole batch; null for all.</summary>
    internal RowRange? Rows => IsWhole ? null : new RowRange(First, Count, Batch);

    private bool IsWhole => Count == Batch;

    /// <summary>The part's rows of what was drawn for the whole batch.</summary>
    /// <param name="batch"><c>[Batch, …]</c>.</param>
    public Tensor Slice(Tensor batch) => IsWhole ? batch : batch.narrow(0, First, Count);

    /// <summary>The part's rows of what this process was given.</summary>
    /// <param name="rows">The rows of this process.</param>
    public Tensor SliceLocal(Tensor rows) => rows.shape[0] == Count ? rows : rows.narrow(0, own, Count);

    /// <summary>The part's share of the mean over the batch: the sum of its losses, divided by the size of the batch.</summary>
    /// <param name="losses">Losses of the part's samples.</param>
    public Tensor Mean(Tensor losses)
    {
        if (IsWhole)
            return losses.mean();
        using var sum = losses.sum();
        return sum / Batch;
    }

    /// <summary>
    /// The part's share of the mean over the samples from a boundary on, plus a weighted mean over those before it (Lee et al. 2025,
    /// section 3).
    /// </summary>
    /// <param name="losses">Losses of the part's samples.</param>
    /// <param name="boundary">Number of samples of the whole batch before it; 0 for the mean over all.</param>
    /// <param name="weight">Factor of their mean.</param>
    public Tensor Mean(Tensor losses, long boundary, double weight)
    {
        if (boundary == 0)
            return Mean(losses);
        using var _ = NewDisposeScope();
        var before = Math.Clamp(boundary - First, 0, Count);
        var early = before > 0 ? weight * (losses.narrow(0, 0, before).sum() / boundary) : null;
        var later = before < Count ? losses.narrow(0, before, Count - before).sum() / (Batch - boundary) : null;
        return (early is null ? later! : later is null ? early : later + early).MoveToOuterDisposeScope();
    }
}
