using CM.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>What holds exactly where couplings and stages are mixed: a part that does nothing changes nothing.</summary>
public sealed class FactsTests
{
    private static readonly string Nested = CouplingsTests.Nested[..CouplingsTests.Nested.IndexOf("[Coupling]\npublic sealed partial record Shrunk", StringComparison.Ordinal)]
        .Replace("Bernoulli(0, End = 0.8)", "Bernoulli(0)").Replace("Bernoulli(0.5)", "Bernoulli(0)");

    private const string Experiments = """
        [Experiment(Steps = 100, Batch = 8, Seed = 2), Data<TwoMoons>, Model<MoonsDenoiser>, Coupling<Independent>, Schedule<PlainSchedule>]
        [PseudoHuber(0.01), RAdam(1e-3), Ema(0.9), MultistepSampler(80, 0.8)]
        public partial record Plain;

        [Experiment, Coupling<MinibatchOT>] public sealed partial record Matched : Plain;
        [Experiment, Coupling<InducedMatched>] public sealed partial record OverMatched : Plain;
        [Experiment, Coupling<VariationalNoise>] public sealed partial record Varied : Plain;
        [Experiment, Coupling<InducedVariational>] public sealed partial record OverVaried : Plain;

        [Experiment, Coupling<VariationalNoise>, InitFrom<Plain>, Truncated(BoundaryFraction = 0)] public sealed partial record SecondVaried : Plain;
        [Experiment, Coupling<InducedVariational>, InitFrom<Plain>, Truncated(BoundaryFraction = 0)] public sealed partial record SecondOverVaried : Plain;

        """;

    private const string Times = """
        [TimeSchedule(0.002, 80, Preconditioning = Preconditioning.Edm), LogNormal(0, 0.3, Truncated = true)]
        public sealed partial record PlainSchedule : ITimeSchedule
        {
            public static double Alpha(double t) => 1;
            public static double Sigma(double t) => t;
            public static double TeacherTime(double t, int stage) => 0.9 * t;
        }

        """;

    private const string Tossed = Times + ExperimentsTests.Network + """
        [TimeSchedule(0.002, 80), LogNormal(0, 1e-6)]
        public sealed partial record AtOne : ITimeSchedule
        {
            public static double Alpha(double t) => 1;
            public static double Sigma(double t) => t;
            public static double TeacherTime(double t, int stage) => 0;
            public static double Weight(double t, double r) => 1;
        }

        [Coupling]
        public sealed partial record Raised
        {
            [Bernoulli(0.2, End = 0.8)] public partial Layer Mix { get; }

            private Pair Couple(Value data, Value noise) => new(Mix.Select(data + 1000, data), noise);
        }

        [Experiment(Steps = 100, Batch = 40_000, Seed = 2), Data<TwoMoons>, Model<MoonsDenoiser>, Coupling<Raised>, Schedule<AtOne>, L2, RAdam(1e-12), HeunSampler(2)]
        public sealed partial record Counted;

        """;

    private static readonly TimesDeclared Declared = TimesDeclared.Compile(Times + ExperimentsTests.Network + CouplingsTests.Encoder + CouplingsTests.Variational + Nested + Experiments);

    /// <summary>Also where the truncation begins at the smallest time and gives the boundary no sample.</summary>
    [Theory]
    [InlineData("OverMatched", "Matched")]
    [InlineData("OverVaried", "Varied")]
    [InlineData("SecondVaried", "Varied")]
    [InlineData("SecondOverVaried", "Varied")]
    public void A_part_that_does_nothing_changes_no_number(string with, string without)
    {
        var (first, second) = (Run(with), Run(without));
        first.Losses.ShouldBe(second.Losses);
        first.Weights.ShouldBe(second.Weights);

        static (float[] Losses, float[] Weights) Run(string experiment)
        {
            using var training = Declared.NewTraining(experiment, 100, 8);
            manual_seed(4);
            using var data = randn(8, 2);
            float[] losses = [.. Enumerable.Range(0, 5).Select(step =>
            {
                using var loss = training.Step(data, step);
                return loss.item<float>();
            })];
            return (losses, training.Weights.Values.data<float>().ToArray());
        }
    }

    /// <summary>Heads are 1000 away, where a network of zeros leaves a distance that tails do not have.</summary>
    [Theory]
    [InlineData(0, 0.2)]
    [InlineData(50, 0.5)]
    [InlineData(99, 0.794)]
    public void Coins_show_heads_as_often_as_they_say(int step, double heads)
    {
        const int Count = 40_000;
        using var training = TimesDeclared.Compile(Tossed).NewTraining("Counted", 100, Count);
        training.Weights.Values.zero_();
        using var data = zeros(Count, 2);
        using var loss = training.Step(data, step);

        // f(x, t) = x/(1 + 4t²), which leaves 0.2 of the 1000 at t = 1.
        (loss.item<float>() / (2 * 800.0 * 800.0)).ShouldBe(heads, 5 * Math.Sqrt(heads * (1 - heads) / Count) + 1e-3);
    }
}
