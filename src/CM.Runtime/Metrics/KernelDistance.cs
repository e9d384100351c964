using CM.Dsl;

namespace CM.Runtime;

/// <summary>
/// The kernel distance of features (KID; Bińkowski et al. 2018): the squared maximum mean discrepancy with the kernel (x·y/d + 1)³, without
/// bias, averaged over random subsets.
/// </summary>
internal static class KernelDistance
{
    /// <summary>Mean and standard deviation over random subsets of both sets, drawn without repetition.</summary>
    /// <param name="a">Features, <c>[n, d]</c>.</param>
    /// <param name="b">Features, <c>[m, d]</c>.</param>
    /// <param name="subsets">Number, 1 or more.</param>
    /// <param name="size">Examples in a subset, 2 or more; less where a set is smaller.</param>
    /// <param name="seed">Seed of the subsets.</param>
    public static (double Mean, double Deviation) Between(Tensor a, Tensor b, int subsets, int size, long seed)
    {
        var draw = new SplitMix((ulong)seed);
        size = (int)Math.Min(size, Math.Min(a.shape[0], b.shape[0]));
        var values = new double[subsets];
        for (var i = 0; i < subsets; i++)
        {
            using var scope = NewDisposeScope();
            values[i] = Squared(Rows(a, Subset(ref draw, (int)a.shape[0], size)), Rows(b, Subset(ref draw, (int)b.shape[0], size)));
        }
        var mean = values.Average();
        return (mean, Math.Sqrt(values.Average(value => (value - mean) * (value - mean))));
    }

    /// <summary>The squared discrepancy of two sets: pairs of an example with itself are left out.</summary>
    /// <param name="a">Features, <c>[n, d]</c>, n 2 or more.</param>
    /// <param name="b">Features, <c>[m, d]</c>, m 2 or more.</param>
    public static double Squared(Tensor a, Tensor b)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var (x, y) = (a.to(ScalarType.Float64), b.to(ScalarType.Float64));
        return (Among(x) + Among(y) - 2 * Kernel(x, y).mean()).item<double>();
    }

    private static Tensor Among(Tensor x)
    {
        var kernel = Kernel(x, x);
        return (kernel.sum() - kernel.diagonal().sum()) / (double)(x.shape[0] * (x.shape[0] - 1));
    }

    private static Tensor Kernel(Tensor x, Tensor y) => (x.matmul(y.t()) / (double)x.shape[1] + 1).pow(3);

    private static Tensor Rows(Tensor features, long[] rows)
    {
        using var index = tensor(rows, device: features.device);
        return features.index_select(0, index);
    }

    // The first places of a shuffle.
    private static long[] Subset(ref SplitMix draw, int count, int size)
    {
        var order = Enumerable.Range(0, count).Select(i => (long)i).ToArray();
        for (var i = 0; i < size; i++)
        {
            var other = i + (int)(draw.Uniform() * (count - i));
            (order[i], order[other]) = (order[other], order[i]);
        }
        return order[..size];
    }
}
