using System.Runtime.InteropServices;
using CM.Dsl;

namespace CM.Runtime.Tests;

public class BatchTests
{
    [Fact]
    public void Every_epoch_is_another_permutation()
    {
        var order = new BatchOrder(100, seed: 1);
        var epochs = Enumerable.Range(0, 5)
            .Select(epoch => Enumerable.Range(0, 100).Select(place => order[100 * epoch + place]).ToArray()).ToList();
        foreach (var epoch in epochs)
            epoch.Order().ShouldBe(Enumerable.Range(0, 100));
        epochs.Select(epoch => string.Join(',', epoch)).Distinct().Count().ShouldBe(5);
    }

    [Fact]
    public void The_order_depends_on_the_seed_and_not_on_where_one_starts()
    {
        var (first, other, late) = (new BatchOrder(50, seed: 1), new BatchOrder(50, seed: 2), new BatchOrder(50, seed: 1));
        var wanted = Enumerable.Range(0, 200).Select(place => first[place]).ToArray();
        Enumerable.Range(120, 80).Select(place => late[place]).ShouldBe(wanted[120..]);
        late[3].ShouldBe(wanted[3]);
        Enumerable.Range(0, 200).Select(place => other[place]).ShouldNotBe(wanted);
    }

    [Fact]
    public void Places_are_evenly_likely()
    {
        var counts = new int[5, 5];
        for (var seed = 0; seed < 2000; seed++)
        {
            var order = new BatchOrder(5, seed);
            for (var place = 0; place < 5; place++)
                counts[place, order[place]]++;
        }
        counts.Cast<int>().ShouldAllBe(count => Math.Abs(count - 400) < 90); // five deviations
    }

    [Fact]
    public void Batches_cross_epochs_and_resume_at_their_step()
    {
        var setup = Tiny.Setup() with { Batch = 3 };
        using var whole = new BatchFeed(new Numbered(7), Tiny.Plan, setup, firstStep: 0);
        using var resumed = new BatchFeed(new Numbered(7), Tiny.Plan, setup, firstStep: 5);
        var batches = Enumerable.Range(0, 14).Select(_ => Take(whole)).ToList();
        Enumerable.Range(0, 9).Select(_ => Take(resumed)).ShouldBe(batches[5..]);

        var seen = batches.SelectMany(batch => batch.Where((_, i) => i % 2 == 0)).ToList();
        for (var epoch = 0; epoch < 6; epoch++)
            seen.Skip(7 * epoch).Take(7).Order().ShouldBe([0f, 1, 2, 3, 4, 5, 6]);
        foreach (var batch in batches)
            batch.Where((_, i) => i % 2 == 1).ShouldBe(batch.Where((_, i) => i % 2 == 0).Select(value => -value));

        static float[] Take(BatchFeed feed)
        {
            var batch = feed.Next();
            using var values = batch.Values;
            values.shape.ShouldBe([3, 2]);
            batch.Labels.ShouldBeNull();
            return values.Floats();
        }
    }

    [Fact]
    public void Labels_stay_with_their_examples()
    {
        var examples = new LabelledExamples(new Numbered(7), [.. Enumerable.Range(10, 7)]);
        using var feed = new BatchFeed(examples, Tiny.Plan, Tiny.Setup() with { Batch = 5 }, firstStep: 0);
        for (var step = 0; step < 4; step++)
        {
            var batch = feed.Next();
            using var values = batch.Values;
            using var labels = batch.Labels.ShouldNotBeNull();
            (labels.dtype, labels.shape.Single()).ShouldBe((ScalarType.Int64, 5));
            MemoryMarshal.Cast<byte, long>(labels.bytes).ToArray()
                .ShouldBe(values.Floats().Where((_, i) => i % 2 == 0).Select(number => (long)number + 10));
        }
    }

    [Fact]
    public void About_half_of_the_images_are_mirrored_and_others_in_the_next_epoch()
    {
        var plan = Tiny.Plan with { DataShape = [1, 1, 2], HorizontalFlip = true };
        var setup = Tiny.Setup() with { Batch = 1000 };
        using var feed = new BatchFeed(new Numbered(1000), plan, setup, firstStep: 0);
        using var resumed = new BatchFeed(new Numbered(1000), plan, setup, firstStep: 1);
        var (first, second) = (Mirrored(feed), Mirrored(feed));
        first.Count.ShouldBeInRange(421, 579); // five deviations
        second.Count.ShouldBeInRange(421, 579);
        first.Count(second.Contains).ShouldBeInRange(182, 318);
        Mirrored(resumed).ShouldBe(second);

        static HashSet<float> Mirrored(BatchFeed feed)
        {
            using var values = feed.Next().Values;
            return [.. values.Floats().Chunk(2).Where(image => image[0] < 0).Select(image => image[1])];
        }
    }

    [Fact]
    public void A_fault_in_the_data_reaches_the_training()
    {
        using var feed = new BatchFeed(new Numbered(7, broken: 2), Tiny.Plan, Tiny.Setup() with { Batch = 7 }, firstStep: 0);
        Should.Throw<UserError>(feed.Next).Message.ShouldBe("example 2 is broken");
    }

    private sealed class Numbered(int count, int broken = -1) : IExamples
    {
        public int Count => count;

        public void Read(int index, Span<float> values)
        {
            if (index == broken)
                throw new UserError($"example {index} is broken");
            values[0] = index;
            values[1] = -index;
        }
    }
}
