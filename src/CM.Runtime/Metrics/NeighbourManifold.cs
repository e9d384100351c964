namespace CM.Runtime;

/// <summary>
/// Precision and recall of samples (Kynkäänniemi et al. 2019): the share of samples that lie within the k-th nearest neighbour's distance
/// of some example of the data, and the share of the data that lie so near some sample. Distances are worked out a block of rows at a time.
/// </summary>
internal static class NeighbourManifold
{
    private const int Block = 1024;

    /// <summary>Both shares, from 0 to 1.</summary>
    /// <param name="data">Features of the data, <c>[n, d]</c>, n above k.</param>
    /// <param name="samples">Features of the samples, <c>[m, d]</c>, m above k.</param>
    /// <param name="neighbours">k, 1 or more; 3 in the paper.</param>
    public static (double Precision, double Recall) Between(Tensor data, Tensor samples, int neighbours)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var (real, made) = (data.to(ScalarType.Float64), samples.to(ScalarType.Float64));
        return (Covered(made, real, Radii(real, neighbours)), Covered(real, made, Radii(made, neighbours)));
    }

    // The squared distance of each row to its k-th nearest neighbour; the nearest is the row itself.
    private static Tensor Radii(Tensor rows, int neighbours) =>
        Blocks(rows, rows, distances => distances.kthvalue(neighbours + 1, 1).Item1);

    // The share of probes that lie in some ball about a center.
    private static double Covered(Tensor probes, Tensor centers, Tensor radii) =>
        Blocks(probes, centers, distances => distances.le(radii).any(1).to(ScalarType.Float64)).mean().item<double>();

    // Applies a function to the squared distances [b, m] of each block of rows to all others, joined.
    private static Tensor Blocks(Tensor rows, Tensor others, Func<Tensor, Tensor> function)
    {
        var squares = others.square().sum(1);
        var parts = new List<Tensor>();
        for (var begin = 0L; begin < rows.shape[0]; begin += Block)
        {
            using var scope = NewDisposeScope();
            var block = rows.narrow(0, begin, Math.Min(Block, rows.shape[0] - begin));
            var distances = block.square().sum(1, keepdim: true) + squares - 2 * block.matmul(others.t());
            parts.Add(function(distances).MoveToOuterDisposeScope());
        }
        return cat(parts);
    }
}
