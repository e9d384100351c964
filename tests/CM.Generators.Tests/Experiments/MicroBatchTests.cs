using CM.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>A batch that is trained on in parts, with every coupling, gives the curve of the batch that is trained on at once.</summary>
public sealed class MicroBatchTests
{
    private const int Steps = 50;
    private const int Batch = 12;

    internal const string Declared = TruncationTests.Mixed + """
        [Network]
        public sealed partial record ForgetfulEncoder
        {
            [Linear(2, 8)]           public partial Layer In        { get; }
            [Dropout(0.5)]           public partial Layer Forget    { get; }
            [Linear(8, 2)]           public partial Layer Mean      { get; }
            [Linear(8, 2)]           public partial Layer Spread    { get; }

            [return: Shape("B", 2), Shape("B", 2)]
            private Value Forward([Shape("B", 2)] Value x)
            {
                var hidden = x | In | Forget;
                return (hidden | Mean, hidden | Spread | Softplus);
            }
        }

        [Coupling]
        public sealed partial record Varied
        {
            [Block<ForgetfulEncoder>]        public partial Layer Encode { get; }
            [KlToStandardNormal(weight: 30)] public partial Layer Kl     { get; }

            private Pair Couple(Value data, Value noise)
            {
                var (mean, deviation) = data | Encode;
                return new Pair(data, mean + deviation * noise) { Regularization = (mean, deviation) | Kl };
            }
        }

        [Coupling]
        public sealed partial record Paired
        {
            [Nested<MinibatchOT>] public partial Layer Match { get; }

            private Pair Couple(Value data, Value noise)
            {
                var (x, z) = (data, noise) | Match;
                return new(x, z);
            }
        }

        [Experiment, Coupling<Independent>, ClipGradNorm(0.5)]       public sealed partial record Independently : First;
        [Experiment, Coupling<MinibatchOT>]                      public sealed partial record Transported : First;
        [Experiment, Coupling<Varied>, LossScale(1024), Adam(1e-3)] public sealed partial record Variational : First;
        [Experiment, Coupling<Varied>, Truncated(BoundaryFraction = 0.4, BoundaryWeight = 0.1)] public sealed partial record Everything : Second;
        [Experiment, Coupling<Paired>]                           public sealed partial record Matched : First;
        """;

    private static readonly TimesDeclared Compiled = TimesDeclared.Compile(Declared);

    [Theory]
    [InlineData("First", 5)]
    [InlineData("Independently", 4)]
    [InlineData("Independently", 1)]
    [InlineData("Transported", 5)]
    [InlineData("Variational", 5)]
    [InlineData("Second", 4)]
    [InlineData("Second", 7)]
    [InlineData("Everything", 5)]
    [InlineData("PlainSecond", 2)]
    public void Parts_give_the_curve_of_the_batch(string experiment, int part)
    {
        var (whole, parts) = (Run(experiment, null), Run(experiment, part));
        var mean = whole.Average(); // where student and teacher nearly agree, a loss is a difference of numbers that are almost equal
        for (var step = 0; step < Steps; step++)
            parts[step].ShouldBe(whole[step], 1e-5 * Math.Max(whole[step], mean), $"step {step}");
    }

    [Fact]
    public void What_looks_at_the_whole_batch_says_so()
    {
        Plan("Matched").CouplesBatch.ShouldBeTrue();
        Plan("Transported").CouplesBatch.ShouldBeFalse();

        ExperimentPlan Plan(string experiment) => (ExperimentPlan)Compiled.Type(experiment).GetProperty("Plan")!.GetValue(null)!;
    }

    private static double[] Run(string experiment, int? part)
    {
        var setup = new TrainingSetup(Steps, Batch, 1, CPU) { MicroBatch = part };
        using var training = (ConsistencyTrainer)Activator.CreateInstance(Compiled.Type(experiment + "+Trainer"), setup)!;
        manual_seed(4);
        using var data = randn(Steps, Batch, 2);
        return [.. Enumerable.Range(0, Steps).Select(step =>
        {
            using var rows = data[step];
            using var loss = training.Step(rows, step);
            return (double)loss.item<float>();
        })];
    }
}
