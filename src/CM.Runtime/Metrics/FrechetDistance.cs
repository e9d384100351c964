namespace CM.Runtime;

/// <summary>
/// The Fréchet distance between normal distributions, ‖µ − ν‖² + tr S + tr T − 2 tr (ST)^½ (Dowson and Landau 1982): of Inception features
/// the FID (Heusel et al. 2017), of features of denoised images dFID_t (Lee et al. 2025).
/// </summary>
internal static class FrechetDistance
{
    private const double Epsilon = 2.220446049250313e-16; // the gap between 1 and the next number

    /// <summary>The distance between two sets of features.</summary>
    /// <param name="a">One set.</param>
    /// <param name="b">Another, with as many features an example.</param>
    /// <param name="unbiased">Whether covariances are divided by n − 1 instead of by n.</param>
    public static double Between(FeatureStatistics a, FeatureStatistics b, bool unbiased)
    {
        using var scope = NewDisposeScope();
        return Between(a.Mean, a.Covariance(unbiased), b.Mean, b.Covariance(unbiased));
    }

    /// <summary>The distance between two normal distributions.</summary>
    /// <param name="meanA"><c>[d]</c>, float64.</param>
    /// <param name="covarianceA"><c>[d, d]</c>, float64, symmetric without negative eigenvalues but for rounding.</param>
    /// <param name="meanB">Like <paramref name="meanA"/>.</param>
    /// <param name="covarianceB">Like <paramref name="covarianceA"/>.</param>
    /// <returns>0 or more but for rounding; NaN where a number is not finite.</returns>
    public static double Between(Tensor meanA, Tensor covarianceA, Tensor meanB, Tensor covarianceB)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var shift = (meanA - meanB).square().sum();
        var spread = covarianceA.diagonal().sum() + covarianceB.diagonal().sum();
        var apart = (shift + spread).item<double>();
        return double.IsFinite(apart) ? apart - 2 * TraceOfRoot(covarianceA, covarianceB) : double.NaN;
    }

    /// <summary>
    /// tr (ST)^½ as the sum of the singular values of LᵀM with S = LLᵀ and T = MMᵀ (Bhatia, Jain and Lim 2019, section 1). The factors come
    /// from eigenvectors, so a covariance of too few examples does no harm; eigenvalues that are nothing but rounding count as 0, lest
    /// their roots be half as precise.
    /// </summary>
    public static double TraceOfRoot(Tensor a, Tensor b)
    {
        using var scope = NewDisposeScope();
        return linalg.svdvals(Factor(a).t().matmul(Factor(b))).sum().item<double>();
    }

    // L = Q·Λ^½ with A = QΛQᵀ.
    private static Tensor Factor(Tensor symmetric)
    {
        var (values, vectors) = linalg.eigh(symmetric);
        var rounding = symmetric.shape[0] * Epsilon;
        return vectors * where(values.gt(values.max() * rounding), values, zeros_like(values)).sqrt();
    }
}
