using static TorchSharp.torch.nn;

namespace CM.Runtime;

/// <summary>Dropout, called by generated networks, and where its masks come from: the generator of the device, or whoever gives them.</summary>
public static class DropoutMasks
{
    [ThreadStatic]
    private static Taken? taken;

    /// <summary>Each number stays with the probability 1 − p, divided by it, or becomes 0 (Srivastava et al. 2014).</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="probability">p, from 0 up to, but not including, 1.</param>
    /// <param name="training">Otherwise x stays as it is.</param>
    /// <returns>The shape of x.</returns>
    /// <exception cref="InvalidOperationException">Masks were given, and there is none left, or the next one has another shape.</exception>
    public static Tensor Apply(Tensor x, double probability, bool training)
    {
        if (!training || probability == 0 || (taken is null && !BatchPart.IsPart(x.shape[0])))
            return functional.dropout(x, probability, training);
        if (taken is null)
        {
            using var scaled = BatchPart.Draw(x.shape[0], count => Draw(x, count, probability));
            return x * scaled;
        }
        using var kept = x * taken.Next(x.shape);
        return kept / (1 - probability);
    }

    /// <summary>
    /// Until the result is disposed, the n-th dropout of this thread takes the n-th mask. Each pass of a training step over the same data, of the
    /// student, its teacher and a first stage, takes the same ones.
    /// </summary>
    /// <param name="masks">1 where a number stays, else 0; they stay the caller's.</param>
    public static IDisposable Take(params Tensor[] masks) => taken = new Taken(masks, taken);

    /// <summary>A pass begins that shares its masks with the passes of this step before it.</summary>
    internal static void Again() => taken?.Again();

    // What dropout would multiply x by if it had so many rows: numbers are drawn in the order in which those of x lie in memory.
    private static Tensor Draw(Tensor x, long rows, double probability)
    {
        var (shape, strides) = (x.shape, x.stride());
        shape[0] = rows;
        var axes = Enumerable.Range(0, shape.Length).OrderByDescending(axis => strides[axis]).Select(axis => (long)axis).ToArray();
        using var places = ones([.. axes.Select(axis => shape[axis])], x.dtype, x.device);
        using var ordered = places.permute([.. Enumerable.Range(0, axes.Length).Select(axis => (long)Array.IndexOf(axes, axis))]);
        return functional.dropout(ordered, probability, training: true);
    }

    private sealed class Taken(Tensor[] masks, Taken? before) : IDisposable
    {
        private int next;
        private int? first;

        public Tensor Next(long[] shape) =>
            next == masks.Length ? throw new InvalidOperationException($"The {masks.Length} dropout masks that were given are used up; give one for each dropout of a pass.")
            : !masks[next].shape.SequenceEqual(shape) ? throw new InvalidOperationException(
                $"Dropout mask {next} has the shape [{string.Join(", ", masks[next].shape)}], but what it is for has [{string.Join(", ", shape)}]; give the masks in the order of the pass.")
            : masks[next++];

        // What came before the first pass, such as an encoder, runs once.
        public void Again() => next = first ??= next;

        public void Dispose() => taken = before;
    }
}
