using CM.Generators.Diagnostics;
using CM.Generators.Experiments;
using CM.Generators.Networks;
using CM.Runtime;
using TorchSharp;

namespace CM.Generators.Tests;

/// <summary>The memory of a training against its budget.</summary>
public sealed class BudgetTests
{
    private const string Declared = TimesTests.Easy + ExperimentsTests.Network + ExperimentsTests.Moons;

    [Theory]
    // x [2], level [1], what the activation takes [16] and gives [16], the result [2]: 37 numbers. 2·16 + 16 + 16·2 + 2 = 82 weights.
    [InlineData("[Experiment(Batch = 100_000_000), MemoryBudget(GiB = 8)]", "MemoryBudget(GiB = 8)",
        "'Big' takes at least 13.78 GiB of memory but has 8: 82 weights are 0.00 GiB, held 5 times as weights, gradients, 2 moments, average; 100,000,000 examples keep 148 bytes each, 13.78 GiB; it fits with Batch = 58040087")]
    [InlineData("[Experiment(Batch = 100_000_000), Lion(1e-4), Ema(0.9), Ema(0.99), MemoryBudget(GiB = 13.5)]", "MemoryBudget(GiB = 13.5)",
        "'Big' takes at least 13.78 GiB of memory but has 13.5: 82 weights are 0.00 GiB, held 5 times as weights, gradients, moment, 2 averages; 100,000,000 examples keep 148 bytes each, 13.78 GiB; it fits with Batch = 97942655")]
    [InlineData("[Experiment, MemoryBudget(GiB = 1e-6)]", "MemoryBudget(GiB = 1e-6)",
        "'Big' takes at least 0.00 GiB of memory but has 1E-06: 82 weights are 0.00 GiB, held 5 times as weights, gradients, 2 moments, average; 256 examples keep 148 bytes each, 0.00 GiB; no batch fits")]
    [InlineData("[Experiment(Batch = 1), MemoryBudget]", "MemoryBudget", "GiB is 0 but must be above 0")]
    public void A_training_beyond_its_budget(string attributes, string at, string message)
    {
        var finding = Source.Findings(Declared + attributes + " public sealed partial record Big : Moons;").ShouldHaveSingleItem();
        finding.Location.SourceTree!.GetText().ToString(finding.Location.SourceSpan).ShouldBe(at);
        finding.GetMessage().ShouldBe(message);
    }

    [Fact]
    public void A_training_within_its_budget() =>
        Source.Findings(Declared + "[Experiment(Batch = 50_000_000), MemoryBudget(GiB = 8)] public sealed partial record Big : Moons;").ShouldBeEmpty();

    [Fact]
    public void A_budget_is_inherited_and_what_breaks_it_is_named() => Source.Diagnose(Declared + """
        [Experiment, MemoryBudget(GiB = 8)]
        public partial record Small : Moons;

        [Experiment(Batch = 100_000_000)]
        public sealed partial record Big : Small;
        """).ShouldHaveSingleItem().ShouldStartWith("CM5012 at 'Big': 'Big' takes at least 13.78 GiB");

    [Theory]
    [InlineData("Adam(1e-3)")]
    [InlineData("AdamW(1e-3), Ema(0.99), PowerFunctionEma(0.1)")]
    [InlineData("RAdam(1e-3), Ema(0.99)")]
    [InlineData("Lion(1e-3)")]
    public void Copies_of_the_weights_are_those_that_a_training_holds(string parts)
    {
        var source = TimesTests.Easy + $$"""
            [Network]
            public sealed partial record Wide : IDenoiser
            {
                [Linear(2, 3000)] public partial Layer In { get; }
                [Linear(3000, 3000)] public partial Layer Linear1 { get; }
                [Linear(3000, 2)] public partial Layer Out { get; }

                [return: Shape("B", 2)]
                private Value Forward([Shape("B", 2)] Value x, [Shape("B")] Value level) => ((x | In) + level) | Linear1 | Out;
            }

            [Experiment(Steps = 10, Batch = 4), Data<TwoMoons>, Model<Wide>, Coupling<Independent>, Schedule<EctSchedule>, L2, {{parts}}, MultistepSampler(80)]
            public sealed partial record Mine;
            """;
        var compilation = Source.Compile(source);
        var need = MemoryNeed.Of(ExperimentReader.Read(compilation.GetTypeByMetadataName("Test.Mine")!, new SourceSites(), default)!,
            NetworkReader.ReadContract(compilation.GetTypeByMetadataName("Test.Wide")!, new SourceSites(), default)!)!;
        var training = Emitted.From(source).Type("Mine").GetNestedType("Trainer")!;
        using var data = torch.zeros(4, 2);
        // The first one sets libtorch up; of the others the middle one counts, since the process takes and frees memory of its own
        // meanwhile.
        New().Dispose();
        var held = Enumerable.Range(0, 5).Select(_ => Held()).Order().ElementAt(2);
        (held / (4.0 * need.Weights)).ShouldBe(need.Copies.Sum(copies => copies.Times), 0.1);

        long Held()
        {
            var before = Malloc.InUse();
            using var made = New();
            return Malloc.InUse() - before;
        }

        ConsistencyTrainer New()
        {
            var begun = (ConsistencyTrainer)Activator.CreateInstance(training, new TrainingSetup(10, 4, 1, new torch.Device(DeviceType.CPU, -1)))!;
            for (var step = 1; step <= 6; step++) // RAdam's sixth step is the first that divides
                begun.Step(data, step).Dispose();
            return begun;
        }
    }
}
