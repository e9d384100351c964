namespace CM.Runtime;

/// <summary>
/// The Inception score exp E KL(p(y|x) ‖ p(y)) (Salimans et al. 2016): how sure a classifier is, and how many classes it sees.
/// </summary>
internal static class InceptionScore
{
    /// <summary>Mean and standard deviation (with divisor n) over consecutive parts of the samples.</summary>
    /// <param name="probabilities">Probabilities of the classes, <c>[n, classes]</c>; rows sum to 1.</param>
    /// <param name="splits">Number of parts, from 1 to n.</param>
    public static (double Mean, double Deviation) Of(Tensor probabilities, int splits)
    {
        using var frozen = no_grad();
        var count = probabilities.shape[0];
        var scores = new double[splits];
        for (var i = 0; i < splits; i++)
        {
            var (begin, end) = (i * count / splits, (i + 1) * count / splits);
            using var part = probabilities.narrow(0, begin, end - begin);
            scores[i] = Of(part);
        }
        var mean = scores.Average();
        return (mean, Math.Sqrt(scores.Average(score => (score - mean) * (score - mean))));
    }

    private static double Of(Tensor probabilities)
    {
        using var scope = NewDisposeScope();
        var given = probabilities.to(ScalarType.Float64);
        return (Information(given).sum(1).mean() - Information(given.mean([0])).sum()).exp().item<double>();
    }

    // p·ln p, which is 0 where p is.
    private static Tensor Information(Tensor p) => where(p.gt(0), p * p.clamp_min(double.Epsilon).log(), zeros_like(p));
}
