namespace CM.Runtime;

/// <summary>
/// The linear assignment problem, exactly: the permutation of least total cost. The method of Jonker and Volgenant (1987): reduce columns and rows
/// until most rows have their column, then lengthen the matching along shortest paths. O(n³), usually far below.
/// </summary>
public static class Assignment
{
    private const int Free = -1;

    /// <summary>Finds the best permutation.</summary>
    /// <param name="costs">The cost of row i with column j at <c>i·n + j</c>; finite.</param>
    /// <param name="n">Rows and columns, 0 or more.</param>
    /// <returns>The column of each row.</returns>
    /// <exception cref="ArgumentException">There are not n² costs, or one is not finite.</exception>
    public static int[] Solve(ReadOnlySpan<double> costs, int n)
    {
        if (costs.Length != n * n)
            throw new ArgumentException($"{n} rows and columns have {(long)n * n} costs, not {costs.Length}.", nameof(costs));
        foreach (var cost in costs)
        {
            if (!double.IsFinite(cost))
                throw new ArgumentException($"A cost is {cost}; all must be finite.", nameof(costs));
        }

        var columnOf = new int[n];
        var rowOf = new int[n];
        var price = new double[n];
        Array.Fill(columnOf, Free);
        Array.Fill(rowOf, Free);
        ReduceColumns(costs, n, columnOf, rowOf, price);
        ReduceRows(costs, n, columnOf, rowOf, price);
        for (var row = 0; row < n; row++)
        {
            if (columnOf[row] == Free)
                Augment(costs, n, row, columnOf, rowOf, price);
        }

        return columnOf;
    }

    // Every column's price is its least cost; the row where it lies takes the column if it has none.
    private static void ReduceColumns(ReadOnlySpan<double> costs, int n, int[] columnOf, int[] rowOf, double[] price)
    {
        var least = new int[n];
        for (var column = 0; column < n; column++)
            price[column] = costs[column];
        for (var row = 1; row < n; row++)
        {
            var line = costs.Slice(row * n, n);
            for (var column = 0; column < n; column++)
            {
                if (line[column] < price[column])
                    (price[column], least[column]) = (line[column], row);
            }
        }

        for (var column = n - 1; column >= 0; column--)
        {
            if (columnOf[least[column]] == Free)
                (columnOf[least[column]], rowOf[column]) = (column, least[column]);
        }
    }

    // A free row takes its cheapest column and lowers the price by its lead over the second; who had the column looks again. Bounded, since
    // rounding could make it go round in circles.
    private static void ReduceRows(ReadOnlySpan<double> costs, int n, int[] columnOf, int[] rowOf, double[] price)
    {
        var free = new Queue<int>(Enumerable.Range(0, n).Where(row => columnOf[row] == Free));
        for (var tries = 4 * n; tries > 0 && n > 1 && free.TryDequeue(out var row); tries--)
        {
            var line = costs.Slice(row * n, n);
            var (first, second, best) = (double.PositiveInfinity, double.PositiveInfinity, 0);
            for (var column = 0; column < n; column++)
            {
                var cost = line[column] - price[column];
                if (cost >= second)
                    continue;
                if (cost < first)
                    (first, second, best) = (cost, first, column);
                else
                    second = cost;
            }

            // A tie gains nothing; the path search settles it.
            if (rowOf[best] != Free && !(first < second))
                continue;
            price[best] -= second - first;
            if (rowOf[best] != Free)
            {
                columnOf[rowOf[best]] = Free;
                free.Enqueue(rowOf[best]);
            }

            (columnOf[row], rowOf[best]) = (best, row);
        }
    }

    // Dijkstra over reduced costs from a free row to the nearest free column, then the matching is turned over along the path.
    private static void Augment(ReadOnlySpan<double> costs, int n, int start, int[] columnOf, int[] rowOf, double[] price)
    {
        var distance = new double[n];
        var before = new int[n];
        var open = new int[n];
        var line = costs.Slice(start * n, n);
        for (var column = 0; column < n; column++)
            (distance[column], before[column], open[column]) = (line[column] - price[column], start, column);

        var count = n;
        var closed = new List<int>();
        int last;
        double reach;
        while (true)
        {
            var nearest = 0;
            for (var i = 1; i < count; i++)
            {
                if (distance[open[i]] < distance[open[nearest]])
                    nearest = i;
            }

            last = open[nearest];
            reach = distance[last];
            if (rowOf[last] == Free)
                break;
            open[nearest] = open[--count];
            closed.Add(last);

            var row = rowOf[last];
            line = costs.Slice(row * n, n);
            var offset = reach - (line[last] - price[last]);
            for (var i = 0; i < count; i++)
            {
                var column = open[i];
                var through = offset + line[column] - price[column];
                if (through < distance[column])
                    (distance[column], before[column]) = (through, row);
            }
        }

        foreach (var column in closed)
            price[column] += distance[column] - reach;
        while (true)
        {
            var row = before[last];
            rowOf[last] = row;
            (columnOf[row], last) = (last, columnOf[row]);
            if (row == start)
                return;
        }
    }
}
