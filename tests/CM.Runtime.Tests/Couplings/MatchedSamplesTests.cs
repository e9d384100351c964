namespace CM.Runtime.Tests;

public class MatchedSamplesTests
{
    [Fact]
    public void Samples_of_a_large_matched_batch_depend_on_their_seed_alone()
    {
        using var training = new Matched(Tiny.Setup());
        var sampler = new Sampler(Tiny.Plan, seed: 5, count: 600, CPU);
        var first = sampler.Sample(training, training.Weights);
        manual_seed(99);
        sampler.Sample(training, training.Weights).ShouldBe(first);

        var other = new Sampler(Tiny.Plan, seed: 6, count: 600, CPU);
        other.Sample(training, training.Weights).ShouldNotBe(first);
    }

    private sealed class Matched(TrainingSetup setup) : StubTrainer(setup, Tiny.Layout(), [])
    {
        public override Tensor Sample(ParameterStore weights, IReadOnlyList<Tensor> noise, Tensor? labels = null) => OptimalTransport.Assign(noise[0], noise[1]);
    }
}
