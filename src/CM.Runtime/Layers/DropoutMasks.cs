using static TorchSharp.torch.nn;

namespace CM.Runtime;

/// <summary>
/// Dropout, called by generated networks, and where its masks come from. In a training step a mask is a function of the step's seed, the
/// number of the dropout in the pass and the place in the whole batch, so passes over the whole batch and over some of its rows share it.
/// </summary>
public static class DropoutMasks
{
    [ThreadStatic]
    private static Taken? taken;

    [ThreadStatic]
    private static Pass? pass;

    /// <summary>Each number stays with the probability 1 − p, divided by it, or becomes 0 (Srivastava et al. 2014).</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="probability">p, from 0 up to, but not including, 1.</param>
    /// <param name="training">Otherwise x stays as it is.</param>
    /// <returns>The shape of x.</returns>
    /// <exception cref="InvalidOperationException">Masks were given, and there is none left, or the next one has another shape.</exception>
    public static Tensor Apply(Tensor x, double probability, bool training)
    {
        if (!training || probability == 0)
            return functional.dropout(x, probability, false);
        if (taken is not null)
        {
            using var given = taken.Next(x.shape, pass?.Rows);
            using var kept = x * given;
            return kept / (1 - probability);
        }

        if (pass?.Drawn is { } drawn)
        {
            // Boolean: a byte a number, which the student keeps for its backward pass anyway.
            using var kept = x * pass.NextOf(drawn, () => empty([pass.Batch, .. x.shape[1..]], ScalarType.Bool, x.device).bernoulli_(1 - probability));
            return kept / (1 - probability);
        }

        if (pass?.Rows is not { } rows)
            return functional.dropout(x, probability, training);
        using var draw = ones([pass.Batch, .. x.shape[1..]], x.dtype, x.device);
        using var mask = functional.dropout(draw, probability, training);
        using var part = mask.index_select(0, rows);
        return x * part;
    }

    /// <summary>
    /// Until the result is disposed, the n-th dropout of this thread takes the n-th mask. Each pass of a training step over the same data, of the
    /// student, its teacher and a first stage, takes the same ones, a pass over some rows of the batch those rows.
    /// </summary>
    /// <param name="masks">For the whole batch, 1 where a number stays, else 0; they stay the caller's.</param>
    public static IDisposable Take(params Tensor[] masks) => taken = new Taken(masks, taken);

    /// <summary>Evenly in [0, 1), [the samples of this pass, 1]: what the whole batch would draw.</summary>
    internal static Tensor Draw(Tensor samples)
    {
        if (pass?.Drawn is { } drawn)
            return pass.NextOf(drawn, () => rand([pass.Batch, 1], ScalarType.Float32, samples.device)).alias();
        if (pass?.Rows is not { } rows)
            return rand([samples.shape[0], 1], ScalarType.Float32, samples.device);
        using var all = rand([pass.Batch, 1], ScalarType.Float32, samples.device);
        return all.index_select(0, rows);
    }

    /// <summary>A pass begins that shares its masks with the passes of this step before it.</summary>
    /// <param name="rows">Which rows of the batch it sees; null for all.</param>
    /// <param name="batch">How many there are.</param>
    /// <returns>What ends the pass.</returns>
    internal static IDisposable Begin(Tensor? rows, long batch) => pass = new Pass(rows, batch, null);

    /// <summary>A pass begins that takes the masks that passes before it drew; what is missing it draws with libtorch's generator.</summary>
    /// <param name="drawn">The masks so far, for the rows that all these passes see; whoever gives the list frees them.</param>
    /// <param name="rows">Which rows of the batch it sees; null for all.</param>
    /// <param name="batch">How many there are.</param>
    /// <returns>What ends the pass.</returns>
    internal static IDisposable Share(List<Tensor> drawn, Tensor? rows, long batch) => pass = new Pass(rows, batch, drawn);

    /// <summary>The pass that begins takes the same given masks as those of this step before it.</summary>
    internal static void Again() => taken?.Again();

    private sealed record Pass(Tensor? Rows, long Batch, List<Tensor>? Drawn) : IDisposable
    {
        private int next;

        public Tensor NextOf(List<Tensor> drawn, Func<Tensor> draw)
        {
            if (next == drawn.Count)
            {
                var all = draw();
                drawn.Add((Rows is null ? all : all.index_select(0, Rows)).DetachFromDisposeScope());
                if (Rows is not null)
                    all.Dispose();
            }

            return drawn[next++];
        }

        public void Dispose() => pass = pass == this ? null : pass;
    }

    private sealed class Taken(Tensor[] masks, Taken? before) : IDisposable
    {
        private int next;
        private int? first;

        public Tensor Next(long[] shape, Tensor? rows)
        {
            if (next == masks.Length)
                throw new InvalidOperationException($"The {masks.Length} dropout masks that were given are used up; give one for each dropout of a pass.");
            var mask = rows is null ? masks[next].alias() : masks[next].index_select(0, rows);
            return mask.shape.SequenceEqual(shape) ? Counted(mask) : throw new InvalidOperationException(
                $"Dropout mask {next} has the shape [{string.Join(", ", mask.shape)}], but what it is for has [{string.Join(", ", shape)}]; give the masks in the order of the pass.");
        }

        // What came before the first pass, such as an encoder, runs once.
        public void Again() => next = first ??= next;

        public void Dispose() => taken = before;

        private Tensor Counted(Tensor mask)
        {
            next++;
            return mask;
        }
    }
}
