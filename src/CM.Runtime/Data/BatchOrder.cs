using CM.Dsl;

namespace CM.Runtime;

/// <summary>
/// Which example comes when: every epoch is a permutation that depends on (seed, epoch) alone, epochs follow each other without a gap,
/// and nothing is left out. The position of a run follows from its step.
/// </summary>
internal sealed class BatchOrder(int count, long seed)
{
    private readonly int[] order = new int[count];
    private long epoch = -1;

    /// <summary>The example at a position counted over all epochs.</summary>
    public int this[long position]
    {
        get
        {
            var (wanted, place) = Math.DivRem(position, count);
            if (wanted != epoch)
                Shuffle(wanted);
            return order[place];
        }
    }

    /// <summary>A coin for each position, tossed by (seed, position) alone.</summary>
    public bool Coin(long position) => (new SplitMix(new SplitMix(~(ulong)seed).Bits() + (ulong)position).Bits() & 1) != 0;

    private void Shuffle(long wanted)
    {
        var draw = new SplitMix(new SplitMix((ulong)seed).Bits() + (ulong)wanted);
        for (var i = 0; i < order.Length; i++)
        {
            var other = (int)(((UInt128)draw.Bits() * (ulong)(i + 1)) >> 64);
            order[i] = order[other];
            order[other] = i;
        }
        epoch = wanted;
    }
}
