using System.Reflection;
using CM.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>Optimisers and learning rates as they are declared.</summary>
public sealed class RateTests
{
    private const string Experiments = TimesTests.Easy + ExperimentsTests.Network + """
        [Experiment(Steps = 100, Batch = 4), Data<TwoMoons>, Model<MoonsDenoiser>, Coupling<Independent>, Schedule<EctSchedule>, L2, Adam(1e-3), MultistepSampler(80)]
        public partial record Steady;

        [Experiment, Adam(1e-3, Beta2 = 0.99), InverseSqrt(2000)] public sealed partial record Falling : Steady;
        [Experiment, AdamW(5e-4, WeightDecay = 0.02), WarmUp(1000), InverseSqrt(8000)] public sealed partial record Hill : Steady;
        [Experiment, WarmUp(100, After = 5000), InverseSqrt(2000, After = 5000)] public sealed partial record Later : Steady;
        [Experiment, RAdam(0.01), WarmUp(500 / 64.0), InverseSqrt(70)] public sealed partial record Images : Steady;
        [Experiment, Lion(1e-4, WeightDecay = 0.1, Decoupled = true), Cosine] public sealed partial record TimeEmbedding : Steady;
        [Experiment, Lion(1e-4), WarmUp(20), Cosine] public sealed partial record Crest : Steady;

        [Experiment, EmaWarmUp(0.9999, Every = 5), PowerFunctionEma(0.05), Ema(0.99), EdmEma(500, RampUp = 0.05, IncludesStep = true)]
        public sealed partial record Averaged : Steady;

        [Experiment, LossScale(1024, GrowthInterval = 3), ClipGradNorm(0.5)] public sealed partial record Scaled : Steady;
        [Experiment, ClipGradNorm(0.5)] public sealed partial record Clipped : Steady;
        [Experiment, LossScale(1e38)] public sealed partial record Overflowing : Steady;

        """;

    private static readonly TimesDeclared Declared = TimesDeclared.Compile(Experiments);

    // Rates of TCM's and EDM2's training loops; Images ramps up over 500 images in batches of 64.
    [Theory]
    [InlineData("Falling", new[] { 0, 1, 1999, 2000, 2001, 8000, 100000 }, new[] { 0.001, 0.001, 0.001, 0.001, 0.0009997500937109546, 0.0005, 0.0001414213562373095 })]
    [InlineData("Hill", new[] { 0, 10, 999, 1000, 9000, 40000 }, new[] { 0.0, 5e-06, 0.0004995, 0.0005, 0.00047140452079103175, 0.00022360679774997895 })]
    [InlineData("Later", new[] { 4000, 5000, 5050, 9000 }, new[] { 0.0, 0.0, 0.0005, 0.0007071067811865475 })]
    [InlineData("Images", new[] { 0, 1, 7, 8, 71, 700 }, new[] { 0.0, 0.00128, 0.008960000000000001, 0.01, 0.009929327736346236, 0.0031622776601683794 })]
    public void Rates_are_those_of_the_references(string experiment, int[] steps, double[] rates)
    {
        using var training = NewTraining(experiment);
        for (var i = 0; i < steps.Length; i++)
            Rate(training, steps[i]).ShouldBe(rates[i], 1e-12 * rates.Max());
    }

    [Fact]
    public void A_cosine_falls_from_the_end_of_the_warm_up_to_0_at_the_last_step()
    {
        using var wave = NewTraining("TimeEmbedding", steps: 200);
        (Rate(wave, 0), Rate(wave, 100), Rate(wave, 50)).ShouldBe((1e-4, 0.5e-4, 1e-4 * (0.5 + Math.Sqrt(0.125))), Close);
        using var crest = NewTraining("Crest", steps: 120);
        (Rate(crest, 10), Rate(crest, 20), Rate(crest, 70)).ShouldBe((0.5e-4, 1e-4, 0.5e-4), Close);
        Rate(crest, 119).ShouldBeLessThan(1e-7);
        using var shortened = NewTraining("Crest", steps: 20);
        Rate(shortened, 19).ShouldBe(0.95e-4, 1e-12);
    }

    [Fact]
    public void A_step_takes_its_rate()
    {
        using var training = NewTraining("Crest");
        using var data = ones(4, 2);
        var before = training.Weights["In.weight"].clone();
        training.Step(data, 0).Dispose();
        (training.Weights["In.weight"] - before).abs().max().item<float>().ShouldBe(0);
        training.Step(data, 5).Dispose();
        training.Optimizer.LearningRate.ShouldBe(0.25e-4, 1e-12);
        (training.Weights["In.weight"] - before).abs().max().item<float>().ShouldBe(0.25e-4f, 1e-7f, "every weight moves by the rate");
    }

    [Fact]
    public void Plans_say_which_optimiser_and_rate()
    {
        Said("Steady").ShouldBe("Adam, rate 0.001");
        Said("Hill").ShouldBe("AdamW, rate 0.0005·min(k/1000, 1)/√max(k/8000, 1), weightDecay 0.02");
        Said("TimeEmbedding").ShouldBe("Lion, rate 0.0001·½(1 + cos(π·k/steps)), weightDecay 1000");
        Said("Crest").ShouldBe("Lion, rate 0.0001·min(k/20, 1)·½(1 + cos(π·max(k − 20, 0)/(steps − 20)))");

        string Said(string experiment) => ((ExperimentPlan)Declared.Type(experiment).GetProperty("Plan")!.GetValue(null)!).Declaration.Single(line => line.Key == "Optimiser").Value;
    }

    [Fact]
    public void Averages_follow_their_rules_in_the_order_of_declaration()
    {
        using var training = NewTraining("Averaged");
        training.Averages.Select(average => average.Rule.Name).ShouldBe(["warm-up-0.9999", "power-0.05", "0.99", "half-life-500"]);
        training.BestWeights.ShouldBeSameAs(training.Averages[0].Weights);
        using var scope = NewDisposeScope();
        var start = training.Weights.Values.clone();
        training.Step(ones(4, 2), 0);
        var first = training.Weights.Values.clone();
        training.Step(ones(4, 2), 1);
        var second = training.Weights.Values;
        Tensor[] wanted = [first, second, 0.99 * (0.99 * start + 0.01 * first) + 0.01 * second, second];
        foreach (var (average, values) in training.Averages.Zip(wanted))
            Golden.ShouldMatch(average.Weights.Values, values, 1e-4, average.Rule.Name);
    }

    [Fact]
    public void A_loss_scale_that_is_a_power_of_2_changes_nothing()
    {
        using var scaled = NewTraining("Scaled");
        using var clipped = NewTraining("Clipped");
        using var data = ones(4, 2);
        for (var step = 0; step < 7; step++)
        {
            using var first = scaled.Step(data, step);
            using var second = clipped.Step(data, step);
            first.item<float>().ShouldBe(second.item<float>());
        }

        scaled.Weights.Values.data<float>().ToArray().ShouldBe(clipped.Weights.Values.data<float>().ToArray());
        scaled.Scaler!.Scale.ShouldBe(4096);
    }

    [Fact]
    public void A_step_whose_gradients_overflow_is_left_out()
    {
        using var training = NewTraining("Overflowing");
        using var data = 100 * ones(4, 2);
        var before = training.Weights.Values.data<float>().ToArray();
        training.Step(data, 0).Dispose();
        training.Weights.Values.data<float>().ToArray().ShouldBe(before);
        (training.Optimizer.Steps, training.Scaler!.Skipped).ShouldBe((0, 1));
        training.Scaler.Scale.ShouldBe(0.5e38, 1e32);
    }

    [Theory]
    [InlineData("LossScale(1e38)", "LossScale(0)", "CM5008 at 'LossScale(0)': scale is 0 but must be above 0")]
    [InlineData("GrowthInterval = 3", "GrowthInterval = 0", "CM5008 at 'LossScale(1024, GrowthInterval = 0)': GrowthInterval is 0 but must be 1 or more")]
    [InlineData("WarmUp(1000)", "WarmUp(0)", "CM5008 at 'WarmUp(0)': steps is 0 but must be above 0")]
    [InlineData("InverseSqrt(8000)", "InverseSqrt(-1)", "CM5008 at 'InverseSqrt(-1)': steps is -1 but must be above 0")]
    [InlineData("InverseSqrt(8000)", "InverseSqrt(8000), Cosine", "CM5003 at 'Cosine': 'Hill' names its decay of the learning rate twice; keep one")]
    [InlineData("WeightDecay = 0.02", "WeightDecay = -1", "CM5008 at 'AdamW(5e-4, WeightDecay = -1)': WeightDecay is -1 but must be 0 or more")]
    [InlineData("AdamW(5e-4", "Lion(1), AdamW(5e-4", "CM5003 at 'AdamW(5e-4, WeightDecay = 0.02)': 'Hill' names its optimiser twice; keep one")]
    public void Mistakes_are_found(string right, string wrong, string message)
    {
        Experiments.ShouldContain(right);
        Source.Diagnose(Experiments.Replace(right, wrong)).ShouldHaveSingleItem().ShouldStartWith(message);
    }

    private static ConsistencyTrainer NewTraining(string experiment, int steps = 100) =>
        (ConsistencyTrainer)Activator.CreateInstance(Declared.Type(experiment + "+Trainer"), new TrainingSetup(steps, 4, 1, CPU))!;

    private static double Rate(ConsistencyTrainer training, int step) =>
        (double)training.Call("LearningRate", step)!;

    private static readonly IEqualityComparer<(double, double, double)> Close = EqualityComparer<(double, double, double)>.Create(
        (a, b) => Math.Abs(a.Item1 - b.Item1) + Math.Abs(a.Item2 - b.Item2) + Math.Abs(a.Item3 - b.Item3) < 1e-12);
}
