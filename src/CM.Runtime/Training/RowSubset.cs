using System.Diagnostics.CodeAnalysis;

namespace CM.Runtime;

/// <summary>The samples of a batch that a pass sees.</summary>
public sealed class RowSubset
{
    private readonly Tensor? needed;

    /// <param name="needed">Rows whose results are needed, [B], bool, if the pass sees more; null otherwise.</param>
    /// <param name="indices">Indices in the batch, int64; null for all of it.</param>
    internal RowSubset(Tensor? needed, Tensor? indices)
    {
        this.needed = needed;
        Indices = indices;
    }

    /// <summary>Indices in the batch, int64; null for all of it.</summary>
    public Tensor? Indices { get; }

    /// <summary>Their rows.</summary>
    /// <param name="batch">[B, …], or null.</param>
    [return: NotNullIfNotNull(nameof(batch))]
    public Tensor? Select(Tensor? batch) => Indices is null ? batch : batch?.index_select(0, Indices);

    /// <summary>Their times; 1 for samples that nobody asked for, whose own time the model may not know.</summary>
    /// <param name="times">[B].</param>
    public Tensor SelectTimes(Tensor times) => needed is null ? Select(times) : where(needed, times, ones_like(times));
}
