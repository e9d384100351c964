using CM.Dsl;

namespace CM.Runtime.Tests;

public class PlanarPointsTests
{
    public static TheoryData<PlanarPoints> All => [new TwoMoons(), new EightGaussians(), new Checkerboard(), new SwissRoll()];

    [Theory, MemberData(nameof(All))]
    public void Points_are_a_function_of_their_index_with_a_deviation_of_about_a_half(PlanarPoints source)
    {
        var points = Read(source, 20_000);
        Read(source, 20_000).ShouldBe(points);
        for (var axis = 0; axis < 2; axis++)
        {
            var values = points.Where((_, i) => i % 2 == axis).ToArray();
            var mean = values.Average();
            mean.ShouldBe(0, 0.16f);
            Math.Sqrt(values.Average(value => Math.Pow(value - mean, 2))).ShouldBe(0.5, 0.12);
        }
    }

    [Fact]
    public void Gaussians_lie_on_a_circle_and_the_board_fills_its_dark_squares()
    {
        var gaussians = Read(new EightGaussians(), 4000);
        Pairs(gaussians).Average(point => Math.Sqrt(point.X * point.X + point.Y * point.Y)).ShouldBe(0.7, 0.01);
        Pairs(gaussians).Select(point => (int)Math.Round(Math.Atan2(point.Y, point.X) / (Math.PI / 4) + 8) % 8)
            .Distinct().Count().ShouldBe(8);

        var squares = Pairs(Read(new Checkerboard(), 4000))
            .Select(point => ((int)Math.Floor(point.X / 0.45 + 2), (int)Math.Floor(point.Y / 0.45 + 2))).Distinct().ToArray();
        squares.ShouldAllBe(square => (square.Item1 + square.Item2) % 2 == 0);
        squares.Length.ShouldBe(8);
    }

    private static float[] Read(PlanarPoints source, int count)
    {
        var points = new float[2 * count];
        for (var i = 0; i < count; i++)
            source.Read(i, points.AsSpan(2 * i, 2));
        return points;
    }

    private static IEnumerable<(double X, double Y)> Pairs(float[] points) =>
        points.Chunk(2).Select(point => ((double)point[0], (double)point[1]));
}
