using System.Numerics;
using System.Runtime.InteropServices;

namespace CM.Runtime;

/// <summary>
/// The linear assignment problem, exactly: the permutation of least total cost. An auction whose steps fall (Bertsekas 1988) brings the
/// prices of the columns near those of the best permutation; from there the method of Jonker and Volgenant (1987) lengthens the matching
/// along shortest paths, which is exact whatever the prices. O(n³) at worst, usually far below.
/// </summary>
internal static class Assignment
{
    /// <summary>Finds the best permutation.</summary>
    /// <param name="costs">The cost of row i with column j at <c>i·n + j</c>; finite.</param>
    /// <param name="n">Rows and columns, 0 or more.</param>
    /// <returns>The column of each row.</returns>
    /// <exception cref="ArgumentException">There are not n² costs, or one is not finite.</exception>
    public static int[] Solve(ReadOnlySpan<double> costs, int n) => Solve(costs, n, out _);

    /// <summary>
    /// Finds the best permutation, and prices that prove it: its cost is Σ price_j + Σᵢ minⱼ(cost_ij − price_j), which no
    /// permutation can be below.
    /// </summary>
    internal static int[] Solve(ReadOnlySpan<double> costs, int n, out double[] prices)
    {
        if (costs.Length != n * n)
            throw new ArgumentException($"{n} rows and columns have {(long)n * n} costs, not {costs.Length}.", nameof(costs));
        foreach (var cost in costs)
        {
            if (!double.IsFinite(cost))
                throw new ArgumentException($"A cost is {cost}; all must be finite.", nameof(costs));
        }

        var matching = new Matching(costs, n);
        matching.Settle();
        prices = matching.Prices[..n];
        return matching.ColumnOf;
    }

    /// <summary>A matching under way. Rows are padded with infinite costs to whole vectors.</summary>
    private sealed class Matching
    {
        private const int Free = -1;
        private const double FirstStep = 0.25;
        private const double LastStep = 1e-7;
        private const double StepRatio = 5;

        private readonly int n;
        private readonly int width;
        private readonly double spread;
        private readonly double[] costs;
        private readonly int[] rowOf;
        private readonly double[] distance;
        private readonly double[] before;

        public Matching(ReadOnlySpan<double> given, int n)
        {
            this.n = n;
            width = (n + Vector<double>.Count - 1) / Vector<double>.Count * Vector<double>.Count;
            costs = new double[n * width];
            Array.Fill(costs, double.PositiveInfinity);
            var (least, most) = (double.PositiveInfinity, double.NegativeInfinity);
            for (var row = 0; row < n; row++)
            {
                given.Slice(row * n, n).CopyTo(costs.AsSpan(row * width));
                foreach (var cost in given.Slice(row * n, n))
                    (least, most) = (Math.Min(least, cost), Math.Max(most, cost));
            }

            spread = most - least;
            Prices = new double[width];
            ColumnOf = new int[n];
            rowOf = new int[n];
            distance = new double[width];
            before = new double[width];
        }

        public int[] ColumnOf { get; }

        public double[] Prices { get; }

        public void Settle()
        {
            for (var step = FirstStep * spread; step > LastStep * spread; step /= StepRatio)
                Auction(step, int.MaxValue);

            // Without a step it could go round in circles, so it is bounded.
            Auction(0, 4 * n);
            for (var row = 0; row < n; row++)
            {
                if (ColumnOf[row] == Free)
                    Augment(row);
            }
        }

        // A free row takes its cheapest column and lowers the price by its lead over the second and a step more; who had
        // the column looks again.
        private void Auction(double step, int tries)
        {
            Array.Fill(ColumnOf, Free);
            Array.Fill(rowOf, Free);
            var free = new Queue<int>(Enumerable.Range(0, n));
            for (; tries > 0 && free.TryDequeue(out var row); tries--)
            {
                var (best, first, second) = TwoCheapest(row);
                var other = rowOf[best];

                // A tie gains nothing; the path search settles it.
                if (step == 0 && other != Free && !(first < second))
                    continue;
                if (n > 1)
                    Prices[best] -= second - first + step;
                if (other != Free)
                {
                    ColumnOf[other] = Free;
                    free.Enqueue(other);
                }

                (ColumnOf[row], rowOf[best]) = (best, row);
            }
        }

        private (int Best, double First, double Second) TwoCheapest(int row)
        {
            var line = Vectors(costs.AsSpan(row * width, width));
            var prices = Vectors(Prices);
            var first = new Vector<double>(double.PositiveInfinity);
            var (second, place, places) = (first, Vector<long>.Zero, Vector<long>.Zero);
            for (var i = 0; i < line.Length; i++, place += Vector<long>.One)
            {
                var cost = line[i] - prices[i];
                places = Vector.ConditionalSelect(Vector.LessThan(cost, first), place, places);
                second = Vector.Min(second, Vector.Max(cost, first));
                first = Vector.Min(first, cost);
            }

            var lane = Least(first);
            var next = second[lane];
            for (var i = 0; i < Vector<double>.Count; i++)
            {
                if (i != lane)
                    next = Math.Min(next, first[i]);
            }

            return ((int)places[lane] * Vector<double>.Count + lane, first[lane], next);
        }

        // Dijkstra over reduced costs from a free row to the nearest free column, then the matching is turned over along the path. A column
        // that is done is marked by the distance −∞, which nothing is below.
        private void Augment(int start)
        {
            var distances = Vectors(distance);
            var origins = Vectors(before);
            var prices = Vectors(Prices);
            var (never, done) = (new Vector<double>(double.PositiveInfinity), new Vector<double>(double.NegativeInfinity));
            Array.Fill(distance, double.PositiveInfinity);
            var closed = new List<(int Column, double Distance)>();
            var (row, offset, last, reach) = (start, 0.0, 0, 0.0);
            while (true)
            {
                var line = Vectors(costs.AsSpan(row * width, width));
                var (by, from) = (new Vector<double>(offset), new Vector<double>(row));
                var (nearest, place, places) = (never, Vector<long>.Zero, Vector<long>.Zero);
                for (var i = 0; i < line.Length; i++, place += Vector<long>.One)
                {
                    var through = by + line[i] - prices[i];
                    var shorter = Vector.LessThan(through, distances[i]);
                    var known = Vector.ConditionalSelect(shorter, through, distances[i]);
                    distances[i] = known;
                    origins[i] = Vector.ConditionalSelect(shorter, from, origins[i]);
                    var open = Vector.ConditionalSelect(Vector.Equals(known, done), never, known);
                    places = Vector.ConditionalSelect(Vector.LessThan(open, nearest), place, places);
                    nearest = Vector.Min(open, nearest);
                }

                var lane = Least(nearest);
                (last, reach) = ((int)places[lane] * Vector<double>.Count + lane, nearest[lane]);
                if (rowOf[last] == Free)
                    break;
                closed.Add((last, reach));
                distance[last] = double.NegativeInfinity;
                row = rowOf[last];
                offset = reach - (costs[row * width + last] - Prices[last]);
            }

            foreach (var (column, far) in closed)
                Prices[column] += far - reach;
            while (true)
            {
                row = (int)before[last];
                rowOf[last] = row;
                (ColumnOf[row], last) = (last, ColumnOf[row]);
                if (row == start)
                    return;
            }
        }

        private static int Least(Vector<double> values)
        {
            var least = 0;
            for (var i = 1; i < Vector<double>.Count; i++)
            {
                if (values[i] < values[least])
                    least = i;
            }

            return least;
        }

        private static Span<Vector<double>> Vectors(Span<double> numbers) => MemoryMarshal.Cast<double, Vector<double>>(numbers);
    }
}
