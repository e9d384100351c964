using CM.Dsl;

namespace CM.Runtime.Tests;

/// <summary>Features of data and their cache, classifiers, and what samples are judged to be worth.</summary>
public sealed class EvaluationTests : IDisposable
{
    private static readonly Device Cpu = new(DeviceType.CPU, -1);

    private readonly List<FeatureNetwork> opened = [];

    public void Dispose() => opened.ForEach(network => network.Dispose());

    [Fact]
    public void Features_of_data_come_from_the_cache_the_second_time()
    {
        var data = new Squares(600, 1);
        var looker = new Sums();
        var path = FeatureCache.PathOf(data, [1, 4, 4], looker);
        File.Delete(path);
        using var first = FeatureCache.Of(data, [1, 4, 4], looker, Cpu);
        looker.Looks.ShouldBe(3); // blocks of 250
        using var second = FeatureCache.Of(data, [1, 4, 4], looker, Cpu);
        looker.Looks.ShouldBe(3);
        second.Statistics.Count.ShouldBe(600);
        FrechetDistance.Between(first.Statistics, second.Statistics, unbiased: true).ShouldBe(0, tolerance: 1e-9);
        second.Features.Floats().ShouldBe(first.Features.Floats());
        File.Delete(path);
    }

    [Fact]
    public void Other_data_or_another_network_have_other_features()
    {
        var path = FeatureCache.PathOf(new Squares(50, 1), [1, 4, 4], new Sums());
        FeatureCache.PathOf(new Squares(50, 2), [1, 4, 4], new Sums()).ShouldNotBe(path);
        FeatureCache.PathOf(new Squares(51, 1), [1, 4, 4], new Sums()).ShouldNotBe(path);
        FeatureCache.PathOf(new Squares(50, 1), [1, 4, 4], new Sums { Said = "another" }).ShouldNotBe(path);
        FeatureCache.PathOf(new Squares(50, 1), [1, 4, 4], new Sums()).ShouldBe(path);
    }

    [Fact]
    public void Of_many_images_some_are_kept_evenly_and_all_are_counted()
    {
        using var all = FeatureSet.Of(Blocks(new Squares(700, 1)), new Sums());
        using var third = FeatureSet.Of(Blocks(new Squares(700, 1)), new Sums(), keepEvery: 3);
        third.Statistics.Count.ShouldBe(700);
        third.Features.Floats().Chunk(2).ShouldBe(all.Features.Floats().Chunk(2).Where((_, i) => i % 3 == 0));
    }

    [Fact]
    public void Samples_that_are_the_data_have_no_distance()
    {
        var plan = Tiny.Plan with { DataShape = [1, 4, 4], SampleTimes = [80] };
        var data = new Squares(500, 1);
        using var training = new Repeater(data);
        using var evaluator = new Evaluator(plan, data, new Sums(), seed: 1, Cpu);
        var judged = evaluator.Judge(training, training.Weights, steps: 1, count: 500);
        judged.Values.ToDictionary()["frechet_distance"].ShouldBe(0, tolerance: 1e-6);
        judged.Values.ToDictionary()["precision"].ShouldBe(1);
        judged.Values.ToDictionary()["recall"].ShouldBe(1);

        // Restored data are the data and 0.1·t of the noise.
        var near = evaluator.JudgeRestored(training, training.Weights, time: 0.01, count: 500).Distance;
        evaluator.JudgeRestored(training, training.Weights, time: 1, count: 500).Distance.ShouldBeGreaterThan(100 * Math.Max(0, near));
    }

    [Fact]
    public void Points_are_judged_as_they_are()
    {
        using var training = Tiny.Experiment.NewTraining(Tiny.Setup());
        using var evaluator = new Evaluator(Tiny.Plan, new TwoMoons(), null, seed: 1, Cpu);
        var judged = evaluator.Judge(training, training.Weights, steps: 1, count: 300);
        judged.Values.Select(value => value.Key).ShouldBe(["sliced_wasserstein", "energy_distance"]);
        judged.Distance.ShouldBeGreaterThan(0.1); // of a network that is not trained

        using var ring = new Evaluator(Tiny.Plan with { Data = new EightGaussians() }, new EightGaussians(), null, seed: 1, Cpu);
        ring.Judge(training, training.Weights, 1, 300).Values.Select(value => value.Key)
            .ShouldBe(["sliced_wasserstein", "energy_distance", "modes", "share_near_modes"]);
    }

    [Fact]
    public void A_classifier_learns_and_is_found_again()
    {
        var plan = Bright("LearnsBrightness");
        File.Delete(TrainedClassifier.PathOf(plan));
        Should.Throw<UserError>(() => TrainedClassifier.Open(plan, Cpu)).Message.ShouldBe(
            $"LearnsBrightness: its features are not trained yet ({TrainedClassifier.PathOf(plan)} is missing); "
            + $"train it with: {ProgramName.Command("train-features", "LearnsBrightness")}");
        var trained = TrainedClassifier.Train(plan, null, Cpu, (_, _) => { });
        opened.Add(trained);
        trained.Accuracy.ShouldBeGreaterThan(0.95);

        using var scope = NewDisposeScope();
        var found = TrainedClassifier.Open(plan, Cpu);
        opened.Add(found);
        (found.Accuracy, found.Identity).ShouldBe((trained.Accuracy, trained.Identity));
        found.Look(ones(2, 1, 4, 4)).Features.Floats().ShouldBe(trained.Look(ones(2, 1, 4, 4)).Features.Floats());
        Should.Throw<UserError>(() => TrainedClassifier.Open(plan with { Steps = 7 }, Cpu)).Message.ShouldContain("'steps' was 200");
        File.Delete(TrainedClassifier.PathOf(plan));
    }

    private static ClassifierPlan Bright(string name) => new()
    {
        Name = name,
        Steps = 200,
        Batch = 32,
        LearningRate = 1e-2,
        Seed = 1,
        Data = new Squares(400, 1),
        Test = new Squares(100, 2),
        DataShape = [1, 4, 4],
        Classes = 2,
        Features = 3,
        Layout = () => new ParameterLayout().Add("see", Initializer.Uniform(0.3), 3, 16).Add("say", Initializer.Uniform(0.5), 2, 3),
        NewModule = parameters => new Seer(parameters),
    };

    private static IEnumerable<Tensor> Blocks(IExamples examples)
    {
        for (var begin = 0; begin < examples.Count; begin += 64)
            yield return FeatureSet.Read(examples, begin, Math.Min(64, examples.Count - begin), [1, 4, 4], Cpu);
    }

    /// <summary>Grey squares, bright ones of class 1, with a little noise.</summary>
    private sealed record Squares(int Count, ulong Seed) : ILabelledExamples
    {
        public void Read(int index, Span<float> values)
        {
            var draw = new SplitMix(1000 * Seed + (ulong)index);
            var level = Label(index) == 1 ? 0.4 : -0.4;
            foreach (ref var value in values)
                value = (float)(level + 0.2 * (draw.Uniform() - 0.5));
        }

        public int Label(int index) => index % 2;
    }

    /// <summary>Two features: sums of the upper and of the lower half.</summary>
    private sealed class Sums : FeatureNetwork
    {
        public string Said { get; init; } = "sums";

        public int Looks { get; private set; }

        public override string Name => "Sums";

        public override string Identity => Said;

        public override (Tensor Features, Tensor? Logits) Look(Tensor images)
        {
            Looks++;
            return (images.view(-1, 2, 8).sum(2), null);
        }

        public override void Dispose()
        {
        }
    }

    /// <summary>Gives the data for samples.</summary>
    private sealed class Repeater(IExamples data) : StubTrainer(Tiny.Setup(), Tiny.Layout(), [])
    {
        private int given;

        public override Tensor Sample(ParameterStore weights, IReadOnlyList<Tensor> noise, Tensor? labels = null)
        {
            var block = FeatureSet.Read(data, given, (int)noise[0].shape[0], [1, 4, 4], Cpu);
            given += (int)noise[0].shape[0];
            return block;
        }

        public override Tensor Denoise(ParameterStore weights, Tensor data, Tensor noise, double time, Tensor? labels = null) => data + 0.1 * time * noise;
    }

    private sealed class Seer(ParameterScope scope) : nn.Module<Tensor, (Tensor, Tensor)>("Seer")
    {
        public override (Tensor, Tensor) forward(Tensor input)
        {
            var features = nn.functional.linear(input.flatten(1), scope["see"]);
            return (features, nn.functional.linear(features, scope["say"]));
        }
    }
}
