namespace CM.Runtime.Tests;

/// <summary>
/// Parts of a batch: their losses add up to that of the batch, and each draws its own rows of the batch's random numbers.
/// </summary>
public sealed class BatchPartTests
{
    private static readonly float[] Losses = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8];

    [Theory]
    [InlineData(1, 12)]
    [InlineData(1, 5)]
    [InlineData(3, 4)]
    [InlineData(2, 4)]
    [InlineData(4, 1)]
    public void Shares_add_up_to_the_mean(int processes, int most)
    {
        using var scope = NewDisposeScope();
        var all = tensor(Losses);
        Sum(part => part.Mean(part.Slice(all))).ShouldBe(Losses.Average(), 1e-5);
        foreach (var boundary in new[] { 0, 1, 5, 6, 11 })
        {
            var wanted = boundary == 0 ? Losses.Average() : Losses[boundary..].Average() + 0.1 * Losses[..boundary].Average();
            Sum(part => part.Mean(part.Slice(all), boundary, 0.1)).ShouldBe(wanted, 1e-5, $"boundary {boundary}");
        }

        double Sum(Func<MicroBatch, Tensor> share) => Parts(processes, most).Sum(part => (double)share(part).item<float>());
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(3, 4)]
    [InlineData(2, 4)]
    public void Dropout_is_that_of_the_whole_batch(int processes, int most)
    {
        using var scope = NewDisposeScope();
        var images = randn(12, 3, 4, 5);
        var rows = Parts(processes, most).Select(part => Dropped(part.Slice(images), part.Rows)).ToList();
        cat(rows, 0).allclose(Dropped(images, null), rtol: 1e-6).ShouldBeTrue();

        static Tensor Dropped(Tensor images, RowRange? rows)
        {
            var context = new StepContext(seed: 2) { MicroBatch = rows };
            using var pass = context.BeginPass(StepSeed.Use.Dropout, images.shape[0]);
            return context.Dropout(images, 0.3, training: true);
        }
    }

    private static IEnumerable<MicroBatch> Parts(int processes, int most) =>
        Enumerable.Range(0, processes).SelectMany(rank => MicroBatch.Split(Losses.Length / processes, most, rank, processes));
}
