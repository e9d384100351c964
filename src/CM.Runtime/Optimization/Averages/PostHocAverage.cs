namespace CM.Runtime;

/// <summary>
/// Averages of any width from power-function averages that were put aside in training: the combination of them whose profile is closest to
/// the one that is wanted (EDM2, Karras et al. 2024, section 3.2).
/// </summary>
internal static class PostHocAverage
{
    /// <summary>What an average has taken in: the weights of step k as k^γ, up to <paramref name="Step"/>.</summary>
    /// <param name="Step">Steps done, 1 or more.</param>
    /// <param name="Deviation">Relative width, σ_rel.</param>
    public readonly record struct Profile(double Step, double Deviation);

    /// <summary>The factors of the averages that were put aside, in their order; their sum is 1.</summary>
    /// <param name="kept">What was put aside, no two alike.</param>
    /// <param name="wanted">What is wanted.</param>
    public static double[] Coefficients(IReadOnlyList<Profile> kept, Profile wanted)
    {
        var products = new double[kept.Count, kept.Count];
        var result = new double[kept.Count];
        for (var i = 0; i < kept.Count; i++)
        {
            for (var j = 0; j < kept.Count; j++)
                products[i, j] = Product(kept[i], kept[j]);
            result[i] = Product(kept[i], wanted);
        }
        Solve(products, result);
        var sum = result.Sum();
        return [.. result.Select(factor => factor / sum)];
    }

    /// <summary>The inner product of two profiles, ∫ p_a·p_b dt with p(t) = (γ + 1)·t^γ/T^(γ + 1) up to T.</summary>
    public static double Product(Profile a, Profile b)
    {
        if (a.Step > b.Step)
            (a, b) = (b, a);
        var (first, second) = (EmaPower.ExponentOf(a.Deviation), EmaPower.ExponentOf(b.Deviation));
        return (first + 1) * (second + 1) / (first + second + 1) * Math.Pow(a.Step / b.Step, second) / b.Step;
    }

    /// <summary>Gauss's elimination with the largest pivot of each column; the right side becomes the solution.</summary>
    private static void Solve(double[,] matrix, double[] right)
    {
        var count = right.Length;
        for (var column = 0; column < count; column++)
        {
            var pivot = Enumerable.Range(column, count - column).MaxBy(row => Math.Abs(matrix[row, column]));
            for (var j = column; j < count; j++)
                (matrix[column, j], matrix[pivot, j]) = (matrix[pivot, j], matrix[column, j]);
            (right[column], right[pivot]) = (right[pivot], right[column]);
            for (var row = column + 1; row < count; row++)
            {
                var factor = matrix[row, column] / matrix[column, column];
                for (var j = column; j < count; j++)
                    matrix[row, j] -= factor * matrix[column, j];
                right[row] -= factor * right[column];
            }
        }
        for (var row = count - 1; row >= 0; row--)
        {
            for (var j = row + 1; j < count; j++)
                right[row] -= matrix[row, j] * right[j];
            right[row] /= matrix[row, row];
        }
    }
}
