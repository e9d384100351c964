using CM.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>
/// <c>[Precision]</c>: where casts stand, what they do to the numbers, and which declarations make no sense. Kernels draw dropout's masks
/// otherwise, so they are left out.
/// </summary>
public sealed class PrecisionTests
{
    private const int Steps = 30;
    private const int Batch = 12;

    private const string Declared = MicroBatchTests.Declared + """

        [Experiment, Precision(ComputeType.BFloat16)] public sealed partial record LowFirst : First;
        [Experiment, Precision(ComputeType.BFloat16), LossScale(1024)] public sealed partial record LowScaled : First;
        [Experiment, Coupling<Varied>, Adam(1e-3), Precision(ComputeType.BFloat16), MultistepSampler(80, 1)] public sealed partial record LowVariational : First;
        [Experiment, Precision(ComputeType.BFloat16), InitFrom<LowFirst>] public sealed partial record LowSecond : Second;
        [Experiment, Precision(ComputeType.Float16), LossScale(65536)] public sealed partial record Half : First;
        [Experiment, Precision(ComputeType.Float16), LossScale(65536), HeunSampler(4)] public sealed partial record HalfHeun : First;
        [Experiment, Precision(ComputeType.TensorFloat32)] public sealed partial record Tensor32 : First;

        [Shape(3, 8, 8), Classes(4)]
        public sealed record Eights : ILabelledExamples
        {
            public int Count => 1;
            public void Read(int index, System.Span<float> values) => values.Clear();
            public int Label(int index) => 0;
        }

        [Network]
        public sealed partial record MagnitudeNet : IDenoiser
        {
            [Edm2(8, 3, 8, LabelDim = 4, ChannelMult = [1, 2], NumBlocks = [1], AttnResolutions = [4], ChannelsPerHead = 8)] public partial Layer Unet { get; }

            [return: Shape("B", 3, 8, 8)]
            private Value Forward([Shape("B", 3, 8, 8)] Value x, [Shape("B")] Value level, [Shape("B", 4)] Value labels) => (x, level, labels) | Unet;
        }

        [Experiment, Data<Eights>, Model<MagnitudeNet>, PseudoHuber(0.06)] public partial record Magnitudes : First;
        [Experiment, Precision(ComputeType.BFloat16)] public sealed partial record LowMagnitudes : Magnitudes;

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
    public void Float16_is_bfloat16_on_the_CPU() => Losses("Half").ShouldBe(Losses("LowFirst"));

    [Theory]
    [InlineData("Precision(ComputeType.BFloat16)] public sealed partial record LowFirst", "Precision((ComputeType)9)] public sealed partial record LowFirst", "CM5008 at 'Precision((ComputeType)9)': compute is 9 but must be one of ComputeType's")]
    [InlineData("Precision(ComputeType.Float16), LossScale(65536)", "Precision(ComputeType.Float16)", "CM5015 at 'Precision(ComputeType.Float16)': In 'Half' gradients smaller than 6e-8 become 0 in float16; add [LossScale(65536)]")]
    [InlineData("Precision(ComputeType.TensorFloat32)", "Precision(ComputeType.TensorFloat32), LossScale(8)", "CM5015 at 'LossScale(8)': In 'Tensor32' [LossScale] protects nothing: float32 loses no small gradients; leave it out")]
    public void Mistakes_are_found(string right, string wrong, string message)
    {
        Declared.ShouldContain(right);
        Source.Diagnose(Declared.Replace(right, wrong)).ShouldContain(said => said.StartsWith(message, StringComparison.Ordinal), message);
    }

    [Fact]
    public void Weights_of_magnitude_1_stay_in_float32_and_networks_compute_in_bfloat16()
    {
        using var training = NewMagnitudes("LowMagnitudes");
        using var model = (nn.Module<Tensor, Tensor, Tensor, Tensor>)Activator.CreateInstance(Compiled.Type("MagnitudeNet+Module"), training.Weights.In(ScalarType.BFloat16))!;
        using var _ = NewDisposeScope();
        var made = model.call(randn(2, 3, 8, 8).to(ScalarType.BFloat16), randn(2), eye(4).narrow(0, 0, 2));
        made.dtype.ShouldBe(ScalarType.BFloat16);
        foreach (var spec in training.Weights.Layout.Parameters)
        {
            training.Weights.In(ScalarType.BFloat16)[spec.Name].dtype.ShouldBe(ScalarType.Float32, spec.Name);
            if (spec.Shape.Length <= 1)
                continue;
            var weight = training.Weights[spec.Name];
            weight.flatten(1).square().mean([1]).sqrt().sub(1).abs().max().ToDouble().ShouldBeLessThan(1e-3, spec.Name);
            (weight.to(ScalarType.BFloat16).to(ScalarType.Float32) == weight).all().ToBoolean().ShouldBeFalse($"{spec.Name} was not rounded");
        }
    }

    [Fact]
    public void Networks_of_magnitude_1_have_their_gradients_in_bfloat16()
    {
        using var low = NewMagnitudes("LowMagnitudes");
        using var full = NewMagnitudes("Magnitudes");
        var wantedLoss = StepOn(full, 0);
        StepOn(low, 0).ShouldBe(wantedLoss, 0.02 * wantedLoss);
        using var _ = NewDisposeScope();
        Away(low.Weights.Gradients, full.Weights.Gradients).ShouldBeLessThan(0.03);
        foreach (var spec in full.Weights.Layout.Parameters.Where(spec => spec.Shape.Length > 1)) // a gain's is a sum of what nearly cancels
        {
            low.Weights[spec.Name].grad!.dtype.ShouldBe(ScalarType.Float32, spec.Name);
            Away(low.Weights[spec.Name].grad!, full.Weights[spec.Name].grad!).ShouldBeLessThan(0.1, spec.Name);
        }

        static double Away(Tensor given, Tensor wanted) => ((given - wanted).norm() / wanted.norm()).ToDouble();
    }

    [Fact]
    public void A_training_of_magnitude_1_in_bfloat16_follows_the_one_in_float32()
    {
        using var low = NewMagnitudes("LowMagnitudes");
        using var full = NewMagnitudes("Magnitudes");
        for (var step = 0; step < 8; step++)
        {
            var wanted = StepOn(full, step);
            StepOn(low, step).ShouldBe(wanted, 0.05 * wanted, $"step {step}");
        }
    }

    // Gains start at 0, where nothing of the layers before them is seen.
    private static ConsistencyTrainer NewMagnitudes(string experiment)
    {
        var training = New(experiment);
        foreach (var spec in training.Weights.Layout.Parameters.Where(spec => spec.Shape.Length == 0))
        {
            using var _ = no_grad();
            training.Weights[spec.Name].fill_(0.7);
        }
        return training;
    }

    private static double StepOn(ConsistencyTrainer training, int step)
    {
        manual_seed(5 + step);
        using var data = randn(Batch, 3, 8, 8);
        using var labels = eye(4).repeat(Batch / 4, 1);
        using var loss = training.Step(data, step, labels);
        return loss.item<float>();
    }

    private static ConsistencyTrainer New(string experiment) => (ConsistencyTrainer)Activator.CreateInstance(Compiled.Type(experiment + "+Trainer"), new TrainingSetup(Steps, Batch, 1, CPU))!;

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
