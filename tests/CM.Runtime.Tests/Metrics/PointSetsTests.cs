namespace CM.Runtime.Tests;

public class PointSetsTests
{
    private readonly System.Text.Json.JsonElement golden = Golden.Load("points.json");

    private float[] X => golden.GetProperty("x").Floats();

    private float[] Y => golden.GetProperty("y").Floats();

    [Theory, InlineData(1, "sliced_w1"), InlineData(2, "sliced_w2")]
    public void Sliced_Wasserstein_matches_the_formula(int power, string name) =>
        PointSets.SlicedWasserstein(X, Y, golden.GetProperty("directions").Doubles(), power).ShouldBe(golden.Number(name), tolerance: 1e-9);

    [Fact]
    public void Energy_distance_matches_the_formula()
    {
        PointSets.EnergyDistance(X, Y).ShouldBe(golden.Number("energy_v_y"), tolerance: 1e-9);
        PointSets.EnergyDistance(X, golden.GetProperty("z").Floats()).ShouldBe(golden.Number("energy_v_z"), tolerance: 1e-9);
    }

    [Theory, InlineData("y"), InlineData("z")]
    public void Distances_of_pairs_match_the_formulas(string other)
    {
        var set = golden.GetProperty(other).Floats();
        PointSets.EnergyDistance(X, set, unbiased: true).ShouldBe(golden.Number($"energy_u_{other}"), tolerance: 1e-9);
        foreach (var (width, name) in ((double, string)[])[(0.2, "0.2"), (1, "1")])
        {
            PointSets.Discrepancy(X, set, width, unbiased: false).ShouldBe(golden.Number($"mmd2_biased_{other}_{name}"), tolerance: 1e-9);
            PointSets.Discrepancy(X, set, width, unbiased: true).ShouldBe(golden.Number($"mmd2_unbiased_{other}_{name}"), tolerance: 1e-9);
        }
    }

    [Fact]
    public void Exact_distances_match_the_formulas()
    {
        PointSets.Wasserstein(X, Y, 1).ShouldBe(golden.Number("w1"), tolerance: 1e-9);
        PointSets.Wasserstein(X, Y, 2).ShouldBe(golden.Number("w2"), tolerance: 1e-9);
        PointSets.NearestDistance(X, Y).ShouldBe(golden.Number("nn_mean_x_to_y"), tolerance: 1e-9);
        PointSets.NearestDistance(Y, X).ShouldBe(golden.Number("nn_mean_y_to_x"), tolerance: 1e-9);
    }

    [Fact]
    public void Modes_are_counted()
    {
        // Three deviations of 0.05 reach 0.15 from a mode; the first two modes are (0.7, 0) and (0.495, 0.495).
        PointSets.Coverage([0.7f, 0.14f, 0.7f, -0.16f, 0.5f, 0.5f, 0, 0], new CM.Dsl.EightGaussians()).ShouldBe((2, 0.5));
    }

    [Fact]
    public void The_data_themselves_cover_every_mode()
    {
        var data = new CM.Dsl.EightGaussians();
        var points = new float[2 * 4000];
        for (var i = 0; i < 4000; i++)
            data.Read(i, points.AsSpan(2 * i, 2));
        var (covered, share) = PointSets.Coverage(points, data);
        covered.ShouldBe(8);
        share.ShouldBe(1 - Math.Exp(-4.5), tolerance: 0.006); // within three deviations of a normal law in the plane
    }

    [Fact]
    public void A_set_has_no_distance_to_itself_in_another_order() =>
        PointSets.SlicedWasserstein([1, 2, 3, 4], [3, 4, 1, 2], PointSets.Directions(8), 2).ShouldBe(0);

    [Fact]
    public void A_shift_is_seen_from_all_sides()
    {
        // A shift by s projects to s·cos; its mean square over the half circle is s²/2, which even directions give exactly.
        float[] shifted = [.. X.Select((value, i) => i % 2 == 0 ? value + 3 : value)];
        PointSets.SlicedWasserstein(shifted, X, PointSets.Directions(64), 2).ShouldBe(3 / Math.Sqrt(2), tolerance: 1e-6);
    }

    [Fact]
    public void Directions_are_of_unit_length()
    {
        var directions = PointSets.Directions(5);
        for (var i = 0; i < 5; i++)
            Math.Sqrt(directions[2 * i] * directions[2 * i] + directions[2 * i + 1] * directions[2 * i + 1]).ShouldBe(1, tolerance: 1e-12);
    }

    [Fact]
    public void Sets_of_different_size_are_refused() =>
        Should.Throw<ArgumentException>(() => PointSets.SlicedWasserstein([1, 2], [1, 2, 3, 4], PointSets.Directions(2), 2));
}
