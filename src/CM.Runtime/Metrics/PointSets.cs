namespace CM.Runtime;

/// <summary>Distances between sets of points in the plane, each <c>[n, 2]</c>, in double precision.</summary>
internal static class PointSets
{
    private const int UsualDirections = 64;

    /// <summary>
    /// The distance to the data that runs and commands tell: the sliced Wasserstein distance of degree 2, over 64 directions.
    /// </summary>
    /// <param name="samples">Points.</param>
    /// <param name="data">The same number of points.</param>
    public static double Distance(ReadOnlySpan<float> samples, ReadOnlySpan<float> data) =>
        SlicedWasserstein(samples, data, Directions(UsualDirections), power: 2);

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
    /// <param name="b">The same number of points.</param>
    /// <param name="directions">Unit vectors, <c>[m, 2]</c>.</param>
    /// <param name="power">Power, 1 or 2.</param>
    public static double SlicedWasserstein(ReadOnlySpan<float> a, ReadOnlySpan<float> b, ReadOnlySpan<double> directions, int power)
    {
        var n = SameCount(a, b);
        var sum = 0.0;
        for (var i = 0; i < directions.Length; i += 2)
        {
            var first = SortedProjection(a, directions[i], directions[i + 1]);
            var second = SortedProjection(b, directions[i], directions[i + 1]);
            for (var rank = 0; rank < first.Length; rank++)
                sum += Math.Pow(Math.Abs(first[rank] - second[rank]), power);
        }
        return Math.Pow(sum / (directions.Length / 2 * n), 1.0 / power);
    }

    /// <summary>
    /// The Wasserstein distance: the root, of degree <paramref name="power"/>, of the mean distance^power under the best
    /// assignment of one set to the other.
    /// </summary>
    /// <param name="a">Points; the work grows with the cube of their number.</param>
    /// <param name="b">The same number of points.</param>
    /// <param name="power">Power, 1 or 2.</param>
    public static double Wasserstein(ReadOnlySpan<float> a, ReadOnlySpan<float> b, int power)
    {
        var n = SameCount(a, b);
        var costs = new double[n * n];
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++)
                costs[i * n + j] = Math.Pow(SquaredDistance(a, i, b, j), power / 2.0);
        var order = Assignment.Solve(costs, n);
        return Math.Pow(Enumerable.Range(0, n).Sum(i => costs[i * n + order[i]]) / n, 1.0 / power);
    }

    /// <summary>The energy distance (Székely and Rizzo 2013), 2·E|x − y| − E|x − x'| − E|y − y'|.</summary>
    /// <param name="a">Points.</param>
    /// <param name="b">Points.</param>
    /// <param name="unbiased">Whether pairs of a point with itself are left out.</param>
    public static double EnergyDistance(ReadOnlySpan<float> a, ReadOnlySpan<float> b, bool unbiased = false) =>
        2 * Mean(a, b, Math.Sqrt) - MeanAmong(a, Math.Sqrt, unbiased) - MeanAmong(b, Math.Sqrt, unbiased);

    /// <summary>The squared maximum mean discrepancy (Gretton et al. 2012) with the kernel exp(−|x − y|²/(2·width²)).</summary>
    /// <param name="a">Points.</param>
    /// <param name="b">Points.</param>
    /// <param name="width">Width, above 0.</param>
    /// <param name="unbiased">Whether pairs of a point with itself are left out.</param>
    public static double Discrepancy(ReadOnlySpan<float> a, ReadOnlySpan<float> b, double width, bool unbiased)
    {
        return MeanAmong(a, Kernel, unbiased) + MeanAmong(b, Kernel, unbiased) - 2 * Mean(a, b, Kernel);

        double Kernel(double squared) => Math.Exp(-squared / (2 * width * width));
    }

    /// <summary>Mean distance of points to their nearest neighbour in another set.</summary>
    /// <param name="from">Points.</param>
    /// <param name="to">Points among which the neighbours are.</param>
    public static double NearestDistance(ReadOnlySpan<float> from, ReadOnlySpan<float> to)
    {
        var sum = 0.0;
        for (var i = 0; i < from.Length / 2; i++)
        {
            var nearest = double.PositiveInfinity;
            for (var j = 0; j < to.Length / 2; j++)
                nearest = Math.Min(nearest, SquaredDistance(from, i, to, j));
            sum += Math.Sqrt(nearest);
        }
        return sum / (from.Length / 2);
    }

    /// <summary>
    /// How many of the modes have a sample within three deviations, and which share of the samples lies so near some mode (Metz et al.
    /// 2017; Srivastava et al. 2017).
    /// </summary>
    /// <param name="samples">Points.</param>
    /// <param name="modes">Modes and their standard deviation.</param>
    public static (int Covered, double Share) Coverage(ReadOnlySpan<float> samples, CM.Dsl.IModes modes)
    {
        var reach = 9 * modes.Deviation * modes.Deviation;
        var covered = new HashSet<int>();
        var near = 0;
        for (var i = 0; i < samples.Length / 2; i++)
        {
            var found = false;
            for (var mode = 0; mode < modes.Centers.Count; mode++)
            {
                var (x, y) = (samples[2 * i] - modes.Centers[mode].X, samples[2 * i + 1] - modes.Centers[mode].Y);
                if (x * x + y * y > reach)
                    continue;
                covered.Add(mode);
                found = true;
            }
            near += found ? 1 : 0;
        }
        return (covered.Count, near / (samples.Length / 2.0));
    }

    private static double[] SortedProjection(ReadOnlySpan<float> points, double x, double y)
    {
        var projection = new double[points.Length / 2];
        for (var i = 0; i < projection.Length; i++)
            projection[i] = points[2 * i] * x + points[2 * i + 1] * y;
        Array.Sort(projection);
        return projection;
    }

    private static int SameCount(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => a.Length == b.Length && !a.IsEmpty && a.Length % 2 == 0
        ? a.Length / 2
        : throw new ArgumentException($"Two sets of as many points were expected, not {a.Length / 2} and {b.Length / 2}.", nameof(b));

    private static double SquaredDistance(ReadOnlySpan<float> a, int i, ReadOnlySpan<float> b, int j)
    {
        var (x, y) = ((double)a[2 * i] - b[2 * j], (double)a[2 * i + 1] - b[2 * j + 1]);
        return x * x + y * y;
    }

    // The mean, over all pairs, of a function of the squared distance.
    private static double Mean(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Func<double, double> function)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length / 2; i++)
            for (var j = 0; j < b.Length / 2; j++)
                sum += function(SquaredDistance(a, i, b, j));
        return sum / ((a.Length / 2.0) * (b.Length / 2.0));
    }

    private static double MeanAmong(ReadOnlySpan<float> points, Func<double, double> function, bool unbiased)
    {
        var n = points.Length / 2.0;
        var mean = Mean(points, points, function);
        return unbiased ? (mean * n - function(0)) / (n - 1) : mean;
    }
}
