using CM.Dsl;

namespace CM.Runtime;

/// <summary>
/// Seeds for libtorch's generators that depend on the run's seed and the step alone, so that a checkpoint needs no generator state.
/// </summary>
internal static class StepSeed
{
    /// <summary>Purpose of the random numbers.</summary>
    public enum Use : uint
    {
        Step,
        Dropout,
        Samples,
        Matching,
        Coupling,
    }

    /// <summary>
    /// A seed below 2³². The CPU's Mersenne twister takes the low 32 bits alone, so for each use they are a permutation of the step.
    /// </summary>
    public static long Of(long seed, int step, Use use) =>
        Permute(unchecked((uint)new SplitMix((ulong)seed ^ ((ulong)use << 32)).Bits() + (uint)step));

    /// <summary>Sets the generators of the CPU and of every CUDA device.</summary>
    public static void Set(long value)
    {
        manual_seed(value);
        if (HasCuda)
            cuda.manual_seed_all(value);
    }

    private static readonly bool HasCuda = cuda.is_available();

    /// <summary>The finaliser of MurmurHash3: one-to-one on 32 bits, and neighbours come out unlike.</summary>
    private static uint Permute(uint bits)
    {
        bits = (bits ^ (bits >> 16)) * 0x85EBCA6B;
        bits = (bits ^ (bits >> 13)) * 0xC2B2AE35;
        return bits ^ (bits >> 16);
    }
}
