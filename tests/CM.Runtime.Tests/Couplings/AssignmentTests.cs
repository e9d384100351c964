using System.Runtime.InteropServices;

namespace CM.Runtime.Tests;

/// <summary>Exact assignment and minibatch optimal transport.</summary>
public sealed class AssignmentTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Noise_is_matched_as_in_the_reference(int size)
    {
        var golden = Golden.Load("assignment.json");
        using var scope = NewDisposeScope();
        var (x, z) = (Read($"in/x_{size}"), Read($"in/z_{size}"));
        var wanted = MemoryMarshal.Cast<byte, long>(golden.GetProperty($"out/assignment_{size}").GetProperty("data").GetBytesFromBase64()).ToArray();
        OptimalTransport.Match(x, z).Floats().ShouldBe(z.index_select(0, tensor(wanted)).Floats());

        var cost = (x - 80 * OptimalTransport.Match(x, z)).to(float64).square().sum().item<double>();
        var total = MemoryMarshal.Cast<byte, double>(golden.GetProperty($"out/total_cost_{size}").GetProperty("data").GetBytesFromBase64())[0];
        cost.ShouldBe(total, 1e-5 * total);

        Tensor Read(string name)
        {
            var entry = golden.GetProperty(name);
            return tensor(MemoryMarshal.Cast<byte, float>(entry.GetProperty("data").GetBytesFromBase64()).ToArray()).view([.. entry.GetProperty("shape").EnumerateArray().Select(axis => axis.GetInt64())]);
        }
    }

    [Fact]
    public void No_permutation_of_small_problems_is_cheaper()
    {
        var random = new Random(3);
        for (var round = 0; round < 600; round++)
        {
            var n = 1 + round % 6;

            // Whole numbers give ties, which the reductions must survive.
            var costs = Enumerable.Range(0, n * n).Select(_ => round % 3 == 0 ? random.Next(4) : random.NextDouble() * 10 - 5).ToArray();
            var found = Assignment.Solve(costs, n);
            found.Order().ShouldBe(Enumerable.Range(0, n), "a permutation");
            Cost(costs, found).ShouldBe(Permutations([], n).Min(each => Cost(costs, each)), 1e-12);
        }
    }

    [Theory]
    [InlineData(512, 2)]
    [InlineData(512, 3072)]
    [InlineData(128, 784)]
    public void No_exchange_of_two_or_three_is_cheaper(int n, int dimensions)
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        var (x, z) = (randn(n, dimensions), randn(n, dimensions));
        var costs = (-x.to(float64).matmul(z.to(float64).t())).data<double>().ToArray();
        var found = Assignment.Solve(costs, n);
        found.Order().ShouldBe(Enumerable.Range(0, n));
        var random = new Random(1);
        for (var tries = 0; tries < 200_000; tries++)
        {
            var (a, b, c) = (random.Next(n), random.Next(n), random.Next(n));
            (costs[a * n + found[b]] + costs[b * n + found[a]])
                .ShouldBeGreaterThanOrEqualTo(costs[a * n + found[a]] + costs[b * n + found[b]] - 1e-9);
            if (a != b && b != c && a != c)
            {
                (costs[a * n + found[b]] + costs[b * n + found[c]] + costs[c * n + found[a]])
                    .ShouldBeGreaterThanOrEqualTo(costs[a * n + found[a]] + costs[b * n + found[b]] + costs[c * n + found[c]] - 1e-9);
            }
        }
    }

    /// <summary>Laws of points that an assignment finds easy and hard: even, in rings, in tight heaps, on a line, all alike.</summary>
    public static TheoryData<string> Laws => ["even", "ring", "heaps", "line", "alike"];

    [Theory, MemberData(nameof(Laws))]
    public void Prices_prove_that_nothing_is_cheaper(string law)
    {
        foreach (var n in (int[])[1, 2, 7, 61, 256])
            Prove(law, n);
    }

    private static void Prove(string law, int n)
    {
        var random = new Random(n);
        var points = Enumerable.Range(0, n).Select(_ => law switch
        {
            "even" => (Normal(), Normal()),
            "ring" => (Math.Cos(Math.Floor(8 * random.NextDouble()) * Math.PI / 4) + 0.05 * Normal(), Math.Sin(Math.Floor(8 * random.NextDouble()) * Math.PI / 4) + 0.05 * Normal()),
            "heaps" => (random.Next(2) + 1e-3 * Normal(), random.Next(2) + 1e-3 * Normal()),
            "line" => (Math.Round(4 * random.NextDouble()), 0.0),
            _ => (1.0, 1.0),
        }).ToArray();
        var noise = Enumerable.Range(0, n).Select(_ => (Normal(), Normal())).ToArray();
        var costs = points.SelectMany(x => noise.Select(z => -(x.Item1 * z.Item1 + x.Item2 * z.Item2))).ToArray();

        var found = Assignment.Solve(costs, n, out var prices);
        found.Order().ShouldBe(Enumerable.Range(0, n), "a permutation");
        var bound = prices.Sum() + Enumerable.Range(0, n)
            .Sum(row => Enumerable.Range(0, n).Min(column => costs[row * n + column] - prices[column]));
        Cost(costs, found).ShouldBe(bound, 1e-9 * (1 + Math.Abs(bound)), "no permutation is below what the prices say");

        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }

    [Fact]
    public void Beyond_512_pairs_the_plan_is_nearly_the_best_and_takes_all_noise_alike()
    {
        const int Count = 520;
        using var scope = NewDisposeScope();
        manual_seed(4);
        var (x, z) = (randn(Count, 2), randn(Count, 2));
        var costs = (-x.to(ScalarType.Float64).matmul(z.to(ScalarType.Float64).t())).data<double>().ToArray();
        var best = Cost(costs, Assignment.Solve(costs, Count));
        var (total, uses) = (0.0, new int[Count]);
        const int Draws = 8;
        for (var draw = 0; draw < Draws; draw++)
        {
            var matched = OptimalTransport.Match(x, z);
            total -= (x * matched).sum().item<float>();
            var places = cdist(matched, z).argmin(1).data<long>().ToArray();
            foreach (var place in places)
                uses[place]++;
        }

        (total / Draws / best).ShouldBeInRange(0.97, 1.0001, "what independent pairs have is 0, what the best permutation has 1");
        uses.Select(Convert.ToDouble)
            .ShouldAllBe(count => Math.Abs(count - Draws) < 5 * Math.Sqrt(Draws) + 5, "every noise is expected once");
    }

    [Fact]
    public void Bad_costs_are_refused()
    {
        Should.Throw<ArgumentException>(() => Assignment.Solve([1, 2, 3], 2)).Message.ShouldContain("4 costs");
        Should.Throw<ArgumentException>(() => Assignment.Solve([double.NaN], 1)).Message.ShouldContain("finite");
        Assignment.Solve([], 0).ShouldBeEmpty();
    }

    private static double Cost(double[] costs, IReadOnlyList<int> columns) =>
        columns.Select((column, row) => costs[row * columns.Count + column]).Sum();

    private static IEnumerable<int[]> Permutations(int[] begun, int n) =>
        begun.Length == n ? [begun] : Enumerable.Range(0, n).Except(begun).SelectMany(next => Permutations([.. begun, next], n));
}
