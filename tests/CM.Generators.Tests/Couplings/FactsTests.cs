using CM.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>What holds exactly where couplings and stages are mixed: a part that does nothing changes nothing.</summary>
public sealed class FactsTests
{
    private static readonly string Nested = CouplingsTests.Nested[..CouplingsTests.Nested.IndexOf("[Coupling]\npublic sealed partial record Shrunk", StringComparison.Ordinal)]
        .Replace("Coin(0, End = 0.8)", "Coin(0)").Replace("Coin(0.5)", "Coin(0)");

    private const string Experiments = """
        [Experiment(Steps = 100, Batch = 8, Seed = 2), Data<TwoMoons>, Model<MoonsDenoiser>, Coupling<Independent>, Times<PlainTimes>]
        [PseudoHuber(0.01), RAdam(1e-3), Ema(0.9), Sample(80, 0.8)]
        public partial record Plain;

        [Experiment, Coupling<MinibatchOT>] public sealed partial record Matched : Plain;
        [Experiment, Coupling<InducedMatched>] public sealed partial record OverMatched : Plain;
        [Experiment, Coupling<VariationalNoise>] public sealed partial record Varied : Plain;
        [Experiment, Coupling<InducedVariational>] public sealed partial record OverVaried : Plain;

        [Experiment, Coupling<VariationalNoise>, StartFrom<Plain>, Truncated(Boundary = 0)] public sealed partial record SecondVaried : Plain;
        [Experiment, Coupling<InducedVariational>, StartFrom<Plain>, Truncated(Boundary = 0)] public sealed partial record SecondOverVaried : Plain;

        """;

    private const string Times = """
        [TimeSchedule(0.002, 80, Preconditioning = Preconditioning.Plain), LogNormal(0, 0.3, Truncated = true)]
        public sealed partial record PlainTimes : ITimeSchedule
        {
            public static double Signal(double t) => 1;
            public static double Noise(double t) => t;
            public static double Earlier(double t, int stage) => 0.9 * t;
        }

        """;

    private const string Tossed = Times + ExperimentsTests.Network + """
        [TimeSchedule(0.002, 80), LogNormal(0, 1e-6)]
        public sealed partial record AtOne : ITimeSchedule
        {
            public static double Signal(double t) => 1;
            public static double Noise(double t) => t;
            public static double Earlier(double t, int stage) => 0;
            public static double Weight(double t, double r) => 1;
        }

        [Coupling]
        public sealed partial record Raised
        {
            [Coin(0.2, End = 0.8)] public partial Part Mix { get; }

            private Pair Couple(Flow data, Flow noise) => new(Mix.Choose(data + 1000, data), noise);
        }

        [Experiment(Steps = 100, Batch = 40_000, Seed = 2), Data<TwoMoons>, Model<MoonsDenoiser>, Coupling<Raised>, Times<AtOne>, L2, RAdam(1e-12), Heun(2)]
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
