using System.Diagnostics.CodeAnalysis;

namespace CM.Runtime;

/// <summary>The samples of a batch that a pass sees.</summary>
public sealed class ChosenRows
{
    private readonly Tensor? needed;

    /// <param name="needed">Whose results are needed, [B], bool, where the pass sees more; null otherwise.</param>
    /// <param name="places">Where they are in the batch, int64; null for all of it.</param>
    internal ChosenRows(Tensor? needed, Tensor? places)
    {
        this.needed = needed;
        Places = places;
    }

    /// <summary>Where they are in the batch, int64; null for all of it.</summary>
    public Tensor? Places { get; }

    /// <summary>Their rows.</summary>
    /// <param name="batch">[B, …], or null.</param>
    [return: NotNullIfNotNull(nameof(batch))]
    public Tensor? Of(Tensor? batch) => Places is null ? batch : batch?.index_select(0, Places);

    /// <summary>Their times; 1 for samples that nobody asked for, whose own time the model may not know.</summary>
    /// <param name="times">[B].</param>
    public Tensor Times(Tensor times) => needed is null ? Of(times) : where(needed, times, ones_like(times));
}
