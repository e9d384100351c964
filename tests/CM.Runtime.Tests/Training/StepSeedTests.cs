namespace CM.Runtime.Tests;

public class StepSeedTests
{
    [Fact]
    public void Steps_have_different_seeds_of_32_bits()
    {
        var seeds = Enumerable.Range(0, 200_000).Select(step => StepSeed.Of(7, step, StepSeed.Use.Step)).ToList();
        seeds.Distinct().Count().ShouldBe(seeds.Count);
        seeds.ShouldAllBe(seed => seed >= 0 && seed <= uint.MaxValue);
    }

    [Fact]
    public void Seeds_differ_between_runs_and_between_uses()
    {
        var first = Enumerable.Range(0, 1000).Select(step => StepSeed.Of(1, step, StepSeed.Use.Step)).ToHashSet();
        first.Overlaps(Enumerable.Range(0, 1000).Select(step => StepSeed.Of(2, step, StepSeed.Use.Step))).ShouldBeFalse();
        first.Overlaps(Enumerable.Range(0, 1000).Select(step => StepSeed.Of(1, step, StepSeed.Use.Dropout))).ShouldBeFalse();
    }

    [Fact]
    public void What_is_drawn_after_a_seed_does_not_depend_on_what_was_drawn_before()
    {
        StepSeed.Set(StepSeed.Of(1, 10, StepSeed.Use.Step));
        using var first = randn([100], ScalarType.Float32);
        using var between = randn([3], ScalarType.Float32);
        StepSeed.Set(StepSeed.Of(1, 10, StepSeed.Use.Step));
        using var again = randn([100], ScalarType.Float32);
        again.Floats().ShouldBe(first.Floats());
        between.Floats().ShouldNotBe(first.Floats()[..3]);
    }
}
