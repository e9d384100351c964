using CM.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>Diffusion models: schedules whose earlier time is always 0, and Heun's sampler.</summary>
public sealed class DiffusionTests
{
    private const string Times = """
        [TimeSchedule(min: 0.002, max: 80), LogNormal(mean: -1.2, std: 1.2)]
        public sealed partial record EdmSchedule : ITimeSchedule
        {
            public static double Alpha(double t) => 1;
            public static double Sigma(double t) => t;
            public static double TeacherTime(double t, int stage) => 0;
            public static double Weight(double t, double r) => (t * t + 0.25) / (0.25 * t * t);
        }

        """;

    internal const string Experiments = TimesTests.Easy + TimesTests.Linear + Times + ExperimentsTests.Network + """
        [Experiment(Steps = 100, Batch = 64), Data<TwoMoons>, Model<MoonsDenoiser>, Coupling<Independent>, Schedule<EdmSchedule>, L2, Adam(1e-3), HeunSampler(18)]
        public partial record Diffusion;

        [Experiment, HeunSampler(36)]
        public sealed partial record Finer : Diffusion;

        [Experiment, HeunSampler(72, Rho = 5)]
        public sealed partial record Finest : Diffusion;

        """;

    private static readonly TimesDeclared Declared = TimesDeclared.Compile(Experiments + ExperimentsTests.Dropped
        + "[Experiment, Schedule<EdmSchedule>, HeunSampler(2)] public sealed partial record DigitsDiffusion : Digits;");

    [Fact]
    public Task A_diffusion_model_has_no_target_but_the_data() =>
        Snapshot.Match(Source.Generate(Experiments)["Experiments/Test.Diffusion.g.cs"], "Experiments.Diffusion");

    // EDM's loss with D(x, σ) = CSkip·x + COut·F, F = 0 where all weights are.
    [Fact]
    public void Losses_are_EDMs()
    {
        using var training = NewTraining("Diffusion");
        training.Weights.Values.zero_();
        float[] x = [0.3f, -0.2f, 0.5f, 0.1f], z = [1.1f, -0.4f, 0.2f, 0.9f];
        double[] sigma = [0.4, 12];
        using var scope = NewDisposeScope();
        var losses = training.Losses(tensor(x).view(2, 2), tensor(z).view(2, 2), tensor(sigma), zeros(2, dtype: ScalarType.Float64)).data<float>().ToArray();
        for (var i = 0; i < 2; i++)
        {
            var squares = 0.0;
            foreach (var j in (int[])[2 * i, 2 * i + 1])
            {
                var denoised = 0.25 / (0.25 + sigma[i] * sigma[i]) * (x[j] + sigma[i] * z[j]);
                squares += (denoised - x[j]) * (denoised - x[j]);
            }

            ((double)losses[i]).ShouldBe((sigma[i] * sigma[i] + 0.25) / Math.Pow(sigma[i] * 0.5, 2) * squares, 1e-5);
        }
    }

    [Theory, InlineData("Diffusion"), InlineData("DigitsDiffusion")]
    public void It_trains(string experiment)
    {
        using var training = NewTraining(experiment);
        using var data = experiment == "Diffusion" ? ones(64, 2) : ones(4, 1, 28, 28);
        var losses = Enumerable.Range(0, 60).Select(step => training.Step(data, step).item<float>()).ToArray();
        losses.ShouldAllBe(loss => float.IsFinite(loss));
        losses[^20..].Average().ShouldBeLessThan(losses[..20].Average());
        using var samples = training.Sample(training.Weights, [randn(data.shape)]);
        samples.shape.ShouldBe(data.shape);
        samples.isfinite().all().item<bool>().ShouldBeTrue();
    }

    // Where F = 0 the data is N(0, ¼) as far as the model knows, and the equation dx/dσ = σ·x/(σ² + ¼) ends at ½·x/√(80² + ¼).
    [Fact]
    public void Heuns_method_ends_where_the_equation_does_and_is_of_second_order()
    {
        var exact = 80 * 0.5 / Math.Sqrt(80 * 80 + 0.25);
        var errors = ((string[])["Diffusion", "Finer"]).Select(experiment => Math.Abs(Sampled(experiment) - exact)).ToArray();
        // What the method itself leaves, computed in double precision from its formulas.
        errors[0].ShouldBe(0.0276344, 1e-5);
        errors[1].ShouldBe(0.0061069, 1e-5);
        (Sampled("Finest") - exact).ShouldBe(0.0016038, 1e-5, "ρ = 5");

        static double Sampled(string experiment)
        {
            using var training = NewTraining(experiment);
            training.Weights.Values.zero_();
            using var samples = training.Sample(training.Weights, [ones(1, 2)]);
            return samples.data<float>()[0];
        }
    }

    [Fact]
    public void Its_times_are_EDMs()
    {
        var times = KarrasSigmas.Compute(101, 0.002, 80, 7);
        times.Length.ShouldBe(102);
        (times[0], times[1], times[2]).ShouldSatisfyAllConditions(each => each.Item1.ShouldBe(80, 1e-10), each => each.Item2.ShouldBe(75.73327223482278, 1e-10), each => each.Item3.ShouldBe(71.66310294840687, 1e-10));
        (times[98], times[99], times[100], times[101]).ShouldSatisfyAllConditions(
            each => each.Item1.ShouldBe(0.003230092412790562, 1e-13), each => each.Item2.ShouldBe(0.0025521382703821843, 1e-13), each => each.Item3.ShouldBe(0.002, 1e-13), each => each.Item4.ShouldBe(0));
    }

    [Fact]
    public void Plans_say_it()
    {
        var plan = (ExperimentPlan)Declared.Type("Diffusion").GetProperty("Plan")!.GetValue(null)!;
        plan.SampleTimes.ShouldBe([80]);
        plan.Declaration.ShouldContain(new KeyValuePair<string, string>("Sampler", "Heun, 18 steps"));
    }

    [Theory]
    [InlineData("HeunSampler(18)", "HeunSampler(1)", "CM5008 at 'HeunSampler(1)': steps is 1 but must be 2 or more")]
    [InlineData("HeunSampler(18)", "HeunSampler(18, Rho = 0)", "CM5008 at 'HeunSampler(18, Rho = 0)': Rho is 0 but must be above 0")]
    [InlineData("HeunSampler(18)", "MultistepSampler(80)", "CM5009 at 'MultistepSampler(80)': In this experiment EdmSchedule trains a diffusion model, whose f(x, t) is a mean and no sample; write [HeunSampler(18)]")]
    [InlineData("Schedule<EdmSchedule>", "Schedule<EctSchedule>", "CM5009 at 'HeunSampler(18)': In this experiment Heun's method follows a diffusion model, and EctSchedule trains a consistency model, whose f(x, t) is a sample already; write [MultistepSampler(80)]")]
    [InlineData("HeunSampler(18)", "HeunSampler(18), MultistepSampler(80)", "CM5003 at 'MultistepSampler(80)': 'Diffusion' names its sampling times twice; keep one")]
    public void Mistakes_are_found(string right, string wrong, string message)
    {
        var source = Experiments[..Experiments.IndexOf("[Experiment, HeunSampler(36)]", StringComparison.Ordinal)];
        source.ShouldContain(right);
        Source.Diagnose(source.Replace(right, wrong)).ShouldHaveSingleItem().ShouldStartWith(message);
    }

    [Fact]
    public void Heuns_method_needs_noise_that_is_the_time()
    {
        var source = Experiments.Replace("Alpha(double t) => 1;\n    public static double Sigma(double t) => t;\n    public static double TeacherTime(double t, int stage) => 0", "Alpha(double t) => 1 - t / 80;\n    public static double Sigma(double t) => t;\n    public static double TeacherTime(double t, int stage) => 0");
        source.ShouldNotBe(Experiments);
        Source.Diagnose(source).ShouldAllBe(said => said.StartsWith("CM5009 at 'HeunSampler(", StringComparison.Ordinal) && said.Contains("needs Alpha(t) = 1 and Sigma(t) = t, and EdmSchedule has others"));
    }

    private static ConsistencyTrainer NewTraining(string experiment) =>
        (ConsistencyTrainer)Activator.CreateInstance(Declared.Type(experiment + "+Trainer"), new TrainingSetup(100, 64, 1, CPU))!;
}
