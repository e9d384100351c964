using System.Reflection;
using CM.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>Steps with static shapes give the numbers of steps that compute only the rows they need.</summary>
public sealed class StaticShapesTests
{
    private const int Steps = 30;
    private const int Batch = 12;

    private static readonly PropertyInfo StaticShapes = typeof(TrainingSetup).GetProperty("StaticShapes", BindingFlags.Instance | BindingFlags.NonPublic)!;

    private static readonly TimesDeclared Compiled = TimesDeclared.Compile(MicroBatchTests.Declared + """

        [Experiment, Model<MoonsDenoiser>, Coupling<Independent>, Schedule<EctSchedule>, AdamW(1e-3), WarmUp(10), ClipGradNorm(0.5)] public sealed partial record Easy : First;
        [Experiment, Model<MoonsDenoiser>, LossScale(1024)] public sealed partial record Induces : First;

        """ + TimesTests.Easy);

    [Theory]
    [InlineData("Easy")]
    [InlineData("Induces")]
    [InlineData("PlainSecond")]
    public void Passes_over_all_samples_give_what_passes_over_the_needed_ones_give(string experiment)
    {
        var (needed, all) = (Run(experiment, isStatic: false), Run(experiment, isStatic: true));
        for (var step = 0; step < Steps; step++)
            all[step].ShouldBe(needed[step], 1e-5 * needed.Max(), $"step {step}");
    }

    [Theory]
    [InlineData("First")]
    [InlineData("Second")]
    [InlineData("Everything")]
    public void With_dropout_only_the_draws_differ(string experiment)
    {
        var (seeded, shared) = (Run(experiment, isStatic: false), Run(experiment, isStatic: true));
        shared.ShouldNotBe(seeded);
        shared.Average().ShouldBe(seeded.Average(), 0.3 * seeded.Average());
        Run(experiment, isStatic: true).ShouldBe(shared);
    }

    private static double[] Run(string experiment, bool isStatic)
    {
        var setup = new TrainingSetup(Steps, Batch, 1, CPU);
        StaticShapes.SetValue(setup, isStatic); // the device decides otherwise
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
