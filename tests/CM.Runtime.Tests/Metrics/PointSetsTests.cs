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
