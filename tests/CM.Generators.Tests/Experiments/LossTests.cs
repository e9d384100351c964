using CM.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>Losses of one declaration beside each other: on samples of one element, L1 and L2 tell its difference and its weight.</summary>
public sealed class LossTests
{
    private const double Delta = 0.1;

    private static readonly TimesDeclared Compiled = TimesDeclared.Compile("""
        [Shape(1)]
        public sealed class Line : IDataSource;

        [Network]
        public sealed partial record LineDenoiser : IDenoiser
        {
            [Linear(1, 16)]      public partial Layer In   { get; }
            [Linear(16, 1)]      public partial Layer Out  { get; }

            [return: Shape("B", 1)]
            private Value Forward([Shape("B", 1)] Value x, [Shape("B")] Value level) => ((x | In) + level) | SiLU | Out;
        }

        [Experiment(Steps = 10, Batch = 64), Data<Line>, Model<LineDenoiser>, Coupling<Independent>, Schedule<EctSchedule>, L2, Adam(1e-3), MultistepSampler(80)]
        public partial record Squared;

        [Experiment, PseudoHuber(0, PerElement = true)] public sealed partial record Absolute : Squared;
        [Experiment, Huber(0.1)]                        public sealed partial record Robust : Squared;

        """ + TimesTests.Easy);

    [Fact]
    public void Huber_is_half_the_square_below_delta_and_linear_beyond()
    {
        var (squared, absolute, robust) = (Losses("Squared"), Losses("Absolute"), Losses("Robust"));
        var differences = squared.Zip(absolute, (two, one) => two / one).ToArray();
        differences.Count(d => d < Delta).ShouldBeInRange(5, 59, "both branches are seen");
        for (var i = 0; i < robust.Length; i++)
        {
            var (d, weight) = (differences[i], absolute[i] * absolute[i] / squared[i]);
            robust[i].ShouldBe(weight * (d < Delta ? d * d / 2 : Delta * (d - Delta / 2)), 1e-4 * robust[i], $"|a − b| = {d}");
        }
    }

    private static double[] Losses(string experiment)
    {
        using var scope = NewDisposeScope();
        using var training = (ConsistencyTrainer)Activator.CreateInstance(Compiled.Type(experiment + "+Trainer"), new TrainingSetup(10, 64, 1, CPU))!;
        manual_seed(5);
        var t = logspace(-2, 1, 64, dtype: ScalarType.Float64);
        using var losses = training.Losses(randn(64, 1), randn(64, 1), t, t / 2);
        return [.. losses.to(ScalarType.Float64).data<double>()];
    }
}
