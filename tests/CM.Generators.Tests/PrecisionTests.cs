using CM.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>
/// <c>[Precision]</c>: where casts stand, what they do to the numbers, and which declarations make no sense. Kernels draw dropout's masks otherwise, so
/// they are left out.
/// </summary>
public sealed class PrecisionTests : WithoutKernels
{
    private const int Steps = 30;
    private const int Batch = 12;

    private const string Declared = MicroBatchTests.Declared + """

        [Experiment, Precision(Compute.BFloat16)] public sealed partial record LowFirst : First;
        [Experiment, Precision(Compute.BFloat16), LossScale(1024)] public sealed partial record LowScaled : First;
        [Experiment, Coupling<Varied>, Adam(1e-3), Precision(Compute.BFloat16), Sample(80, 1)] public sealed partial record LowVariational : First;
        [Experiment, Precision(Compute.BFloat16), StartFrom<LowFirst>] public sealed partial record LowSecond : Second;
        [Experiment, Precision(Compute.Float16), LossScale(65536)] public sealed partial record Half : First;
        [Experiment, Precision(Compute.TensorFloat32)] public sealed partial record Tensor32 : First;

        """;

    private static readonly TimesDeclared Compiled = TimesDeclared.Compile(Declared);

    [Fact]
    public Task Casts_become_code() => Snapshot.Match(Source.Generate(Declared)["Experiments/Test.LowVariational.g.cs"], "Experiments.LowVariational");

    [Theory]
    [InlineData("LowFirst", "First")]
    [InlineData("LowScaled", "First")]
    [InlineData("LowVariational", "Variational")]
    [InlineData("LowSecond", "Second")]
    public void A_training_in_bfloat16_follows_the_one_in_float32(string low, string full)
    {
        var (inLow, inFull) = (Losses(low), Losses(full));
        inLow.ShouldNotBe(inFull);
        var scale = inFull.Average();
        for (var step = 0; step < Steps; step++)
            inLow[step].ShouldBe(inFull[step], 0.05 * Math.Max(inFull[step], scale), $"step {step}");
    }

    [Fact]
    public void Tensor_float32_is_float32_on_the_CPU() => Losses("Tensor32").ShouldBe(Losses("First"));

    [Fact]
    public void Weights_gradients_and_samples_are_float32()
    {
        using var training = New("LowVariational");
        using var data = randn(Batch, 2);
        using var loss = training.Step(data, 0);
        using var noise = randn(5, 2);
        using var samples = training.Sample(training.BestWeights, [noise, noise]);
        new[] { training.Weights.Values, training.Weights.Gradients, loss, samples }.ShouldAllBe(each => each.dtype == ScalarType.Float32);
        using var norm = training.Weights.Gradients.norm();
        norm.item<float>().ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Float16_needs_CUDA() =>
        Should.Throw<System.Reflection.TargetInvocationException>(() => New("Half")).InnerException.ShouldBeOfType<UserError>().Message.ShouldStartWith("Compute.Float16 needs a CUDA device, this is the CPU;");

    [Theory]
    [InlineData("Precision(Compute.BFloat16)] public sealed partial record LowFirst", "Precision((Compute)9)] public sealed partial record LowFirst", "CM5008 at 'Precision((Compute)9)': compute is 9 but must be one of Compute's")]
    [InlineData("Precision(Compute.Float16), LossScale(65536)", "Precision(Compute.Float16)", "CM5015 at 'Precision(Compute.Float16)': In 'Half' gradients smaller than 6e-8 become 0 in float16; add [LossScale(65536)]")]
    [InlineData("Precision(Compute.TensorFloat32)", "Precision(Compute.TensorFloat32), LossScale(8)", "CM5015 at 'LossScale(8)': In 'Tensor32' [LossScale] protects nothing: float32 loses no small gradients; leave it out")]
    public void Mistakes_are_found(string right, string wrong, string message)
    {
        Declared.ShouldContain(right);
        Source.Diagnose(Declared.Replace(right, wrong)).ShouldContain(said => said.StartsWith(message, StringComparison.Ordinal), message);
    }

    [Fact]
    public void Weights_of_magnitude_1_stay_in_float32()
    {
        const string Unit = """
            [Network]
            public sealed partial record Unit : IDenoiser
            {
                [MpLinear(2, 2)] public partial Part Map { get; }

                [return: Shape("B", 2)]
                private Flow Forward([Shape("B", 2)] Flow x, [Shape("B")] Flow level) => (x | Map) + level;
            }

            [Experiment, Model<Unit>, Precision(Compute.BFloat16)] public sealed partial record LowUnit : First;

            """;
        Source.Diagnose(Declared + Unit).ShouldContain(said => said.StartsWith("CM5014 at 'Precision(Compute.BFloat16)': 'Unit' and 'Compute.BFloat16' do not go together: its layers bring their weights to magnitude 1", StringComparison.Ordinal));
    }

    private static Training New(string experiment) => (Training)Activator.CreateInstance(Compiled.Type(experiment + "+Training"), new TrainingSetup(Steps, Batch, 1, CPU))!;

    private static double[] Losses(string experiment)
    {
        using var training = New(experiment);
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
