namespace CM.Runtime;

/// <summary>Distances between sets of points in the plane, each <c>[n, 2]</c>, in double precision.</summary>
internal static class PointSets
{
    /// <summary>Unit vectors <c>[count, 2]</c> that divide the half circle evenly: in the plane that is better than drawing them.</summary>
    public static double[] Directions(int count)
    {
        var directions = new double[2 * count];
        for (var i = 0; i < count; i++)
            (directions[2 * i + 1], directions[2 * i]) = Math.SinCos(Math.PI * (i + 0.5) / count);
        return directions;
    }

    /// <summary>
    /// The sliced Wasserstein distance (Rabin et al. 2011): the root, of degree <paramref name="power"/>, of the mean over directions and
    /// ranks of |difference of the sorted projections|^power.
    /// </summary>
    /// <param name="a">Points.</param>
    /// <param name="b">As many points.</param>
    /// <param name="directions">Unit vectors, <c>[m, 2]</c>.</param>
    /// <param name="power">1 or 2.</param>
    public static double SlicedWasserstein(ReadOnlySpan<float> a, ReadOnlySpan<float> b, ReadOnlySpan<double> directions, int power)
    {
        if (a.Length != b.Length || a.IsEmpty || a.Length % 2 != 0)
            throw new ArgumentException($"Two sets of as many points were expected, not {a.Length / 2} and {b.Length / 2}.", nameof(b));
        var sum = 0.0;
        for (var i = 0; i < directions.Length; i += 2)
        {
            var first = SortedProjection(a, directions[i], directions[i + 1]);
            var second = SortedProjection(b, directions[i], directions[i + 1]);
            for (var rank = 0; rank < first.Length; rank++)
                sum += Math.Pow(Math.Abs(first[rank] - second[rank]), power);
        }
        return Math.Pow(sum / (directions.Length / 2 * (a.Length / 2)), 1.0 / power);
    }

    /// <summary>The energy distance (Székely and Rizzo 2013), 2·E|x − y| − E|x − x'| − E|y − y'|, pairs of a point with itself included.</summary>
    /// <param name="a">Points.</param>
    /// <param name="b">Points.</param>
    public static double EnergyDistance(ReadOnlySpan<float> a, ReadOnlySpan<float> b) =>
        2 * MeanDistance(a, b) - MeanDistance(a, a) - MeanDistance(b, b);

    private static double[] SortedProjection(ReadOnlySpan<float> points, double x, double y)
    {
        var projection = new double[points.Length / 2];
        for (var i = 0; i < projection.Length; i++)
            projection[i] = points[2 * i] * x + points[2 * i + 1] * y;
        Array.Sort(projection);
        return projection;
    }

    private static double MeanDistance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i += 2)
            for (var j = 0; j < b.Length; j += 2)
            {
                var (x, y) = ((double)a[i] - b[j], (double)a[i + 1] - b[j + 1]);
                sum += Math.Sqrt(x * x + y * y);
            }
        return sum / ((a.Length / 2.0) * (b.Length / 2.0));
    }
}
