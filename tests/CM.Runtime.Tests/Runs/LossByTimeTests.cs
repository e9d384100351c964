namespace CM.Runtime.Tests;

public class LossByTimeTests
{
    [Fact]
    public void Buckets_are_equally_wide_in_the_logarithm()
    {
        using var losses = new LossByTime(0.01, 100);
        losses.Edges.Length.ShouldBe(LossByTime.Buckets + 1);
        losses.Edges[0].ShouldBe(0.01);
        losses.Edges[^1].ShouldBe(100, 1e-12);
        losses.Edges[LossByTime.Buckets / 2].ShouldBe(1, 1e-12);
    }

    [Fact]
    public void Each_bucket_has_the_mean_of_its_samples_since_it_was_asked_last()
    {
        using var losses = new LossByTime(0.01, 100);
        Add([0.02, 50, 0.02, 1000], [1, 5, 2, 7]);
        Add([0.02], [6]);
        var (means, counts) = losses.Take(null);
        counts.Sum().ShouldBe(5);
        var (low, high) = (Array.IndexOf(counts, 3), Array.FindLastIndex(counts, count => count > 0));
        means[low].ShouldBe(3);
        (losses.Edges[low], losses.Edges[low + 1])
            .ShouldSatisfyAllConditions(edges => edges.Item1.ShouldBeLessThan(0.02), edges => edges.Item2.ShouldBeGreaterThan(0.02));
        high.ShouldBe(LossByTime.Buckets - 1, "later times are in the last one");
        RunMeter.Quarters(means, counts)[0].ShouldBe(3);
        RunMeter.Quarters(means, counts)[1].ShouldBe(double.NaN);
        RunMeter.Quarters(means, counts)[3].ShouldBe(6, "of 5 and 7");

        losses.Take(null).Counts.Sum().ShouldBe(0);

        void Add(double[] times, float[] values)
        {
            using var t = torch.tensor(times);
            using var each = torch.tensor(values);
            losses.Add(t, each);
        }
    }
}
