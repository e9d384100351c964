using CM.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>Generated training code, run: against a reference implementation and against the definition written out in doubles.</summary>
public sealed class ExperimentsGoldenTests
{
    private const string Reference = TimesTests.Improved + """
        [TimeSchedule(0.002, 80), LogNormal(-1.1, 2)]
        public sealed partial record FadingSchedule : ITimeSchedule
        {
            private static readonly double Low = Pow(0.002, 1 / 7.0), High = Pow(80, 1 / 7.0);

            public static double Alpha(double t) => 1 - t / 80;
            public static double Sigma(double t) => t;
            public static double Discretization(double u) => Pow(Low + u * (High - Low), 7);
            public static int Intervals(int step, int steps) => 80;
        }

        [Network]
        public sealed partial record Mlp : IDenoiser
        {
            [Linear(2, 32)]        public partial Layer In     { get; }
            [Linear(64, 32)]       public partial Layer First  { get; }
            [Linear(32, 32)]       public partial Layer Second { get; }
            [Linear(32, 2)]        public partial Layer Out    { get; }

            [return: Shape("B", 2)]
            private Value Forward([Shape("B", 2)] Value x, [Shape("B")] Value level) =>
                Value.Cat(x | In | GELU, level | PositionalEmbedding(32)) | First | GELU | Second | GELU | Out;
        }

        [Experiment(Steps = 400_000, Batch = 16), Data<TwoMoons>, Model<Mlp>, Coupling<Independent>, Schedule<FadingSchedule>]
        [PseudoHuber(0.00054 * 1.4142135623730951, PerElement = true), Adam(1e-3), MultistepSampler(80)]
        public sealed partial record Fading;
        """;

    [Fact]
    public void Losses_and_gradients_are_those_of_the_reference()
    {
        string[] parameters = ["In.weight", "In.bias", "First.weight", "First.bias", "Second.weight", "Second.bias", "Out.weight", "Out.bias"];
        using var training = NewTraining(TimesDeclared.Compile(Reference), "Fading", steps: 400_000, batch: 16);
        var values = Floats(ExperimentsNumbers.Parameters);
        var offset = 0;
        using (no_grad())
        {
            foreach (var name in parameters)
            {
                var parameter = training.Weights[name];
                using var given = tensor(values.AsSpan(offset, (int)parameter.numel()).ToArray()).view(parameter.shape);
                parameter.copy_(given);
                offset += (int)parameter.numel();
            }
        }

        offset.ShouldBe(values.Length);
        training.Weights.ZeroGradients();
        using var scope = NewDisposeScope();
        var losses = training.Losses(tensor(Floats(ExperimentsNumbers.Inputs)).view(16, 2), tensor(Floats(ExperimentsNumbers.Noises)).view(16, 2),
            tensor(ExperimentsNumbers.Times), tensor(ExperimentsNumbers.EarlierTimes));
        TimesDeclared.ShouldAgree([.. losses.data<float>().ToArray().Select(loss => (double)loss)],
            [.. ExperimentsNumbers.Distances.Zip(ExperimentsNumbers.Weights, (distance, weight) => distance * weight)], 6.5e-5, "losses");

        losses.mean().backward();
        double[] norms = [.. parameters.Select(name => (double)training.Weights[name].grad!.norm().item<float>())];
        TimesDeclared.ShouldAgree(norms, ExperimentsNumbers.GradientNorms, 1e-4, "norms of the gradients");
        TimesDeclared.ShouldAgree([.. training.Weights["Out.bias"].grad!.data<float>().ToArray().Select(value => (double)value)], ExperimentsNumbers.LastGradient, 1e-4, "gradient of the last bias");
    }

    private static readonly TimesDeclared Moons = TimesDeclared.Compile(TimesTests.Easy + TimesTests.Linear + ExperimentsTests.Network
        + ExperimentsTests.Moons + ExperimentsTests.Derived + ExperimentsTests.Dropped
        + "[Experiment, PseudoHuber(0)] public sealed partial record MoonsPlain : Moons;" + """

        [Network]
        public sealed partial record UNetPixels : IDenoiser
        {
            [DdpmPlusPlus(28, 1, 16, ChannelMult = [1, 2], NumBlocks = [1], Dropout = [0.5, 0])] public partial Layer Model { get; }

            [return: Shape("B", 1, 28, 28)]
            private Value Forward([Shape("B", 1, 28, 28)] Value x, [Shape("B")] Value level) => (x, level) | Model;
        }

        [Experiment, Model<UNetPixels>]
        public sealed partial record DigitsUNet : Digits;
        """);

    // Without a network, f(x, t) = CSkip(t)·x.
    [Theory]
    [InlineData("Moons", "EctSchedule")]
    [InlineData("MoonsPlain", "EctSchedule")]
    [InlineData("MoonsLinear", "LinearSchedule")]
    public void Losses_follow_their_definition_also_where_the_earlier_time_is_0(string experiment, string schedule)
    {
        using var training = NewTraining(Moons, experiment);
        training.Weights.Values.zero_();
        float[] x = [0.3f, -0.2f, 0.5f, 0.1f, -0.7f, 0.4f, 0.2f, 0.6f], z = [1.1f, -0.4f, 0.2f, 0.9f, -1.3f, 0.5f, 0.7f, -0.1f];
        double[] t = [0.4, 1.2, 3, 20];
        foreach (var r in (double[][])[[0, 0.3, 0, 12], [0, 0, 0, 0], [0.1, 0.2, 0.3, 12]])
        {
            using var scope = NewDisposeScope();
            var losses = training.Losses(tensor(x).view(4, 2), tensor(z).view(4, 2), tensor(t), tensor(r)).data<float>().ToArray();
            for (var i = 0; i < 4; i++)
            {
                double squares = 0, sum = 0;
                foreach (var j in (int[])[2 * i, 2 * i + 1])
                {
                    var difference = Denoised(t[i], x[j], z[j]) - (r[i] == 0 ? x[j] : Denoised(r[i], x[j], z[j]));
                    squares += difference * difference;
                    sum += Math.Abs(difference);
                }

                var distance = experiment switch
                {
                    "Moons" => Math.Sqrt(squares + 1e-4) - 0.01,
                    "MoonsPlain" => Math.Sqrt(squares),
                    _ => sum,
                };
                ((double)losses[i]).ShouldBe(distance / (t[i] - r[i]), 1e-5, $"sample {i}, r = {r[i]}");
            }
        }

        double Denoised(double time, double data, double noise)
        {
            var signal = (double)Moons.Call(schedule, "Alpha", time);
            return 0.25 * signal / (time * time + 0.25 * signal * signal) * (signal * data + time * noise);
        }
    }

    [Fact]
    public void A_batch_without_earlier_points_differentiates_like_any_other()
    {
        using var training = NewTraining(Moons, "MoonsPlain");
        using var scope = NewDisposeScope();
        var (x, z, t) = (randn(4, 2), randn(4, 2), tensor(new double[] { 0.1, 0.5, 1, 2 }));
        training.Weights.ZeroGradients();
        training.Losses(x, z, t, zeros(4, dtype: ScalarType.Float64)).mean().backward();
        training.Weights.Gradients.norm().item<float>().ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_distance_of_0_has_gradient_0()
    {
        using var training = NewTraining(Moons, "MoonsPlain");
        using var scope = NewDisposeScope();
        training.Weights.Values.zero_();
        training.Weights.ZeroGradients();
        var x = tensor(new float[] { 0, 0, 1, 1 }).view(2, 2);
        training.Losses(x, x, tensor(new double[] { 1, 2 }), tensor(new double[] { 0.5, 1 })).mean().backward();
        var norm = training.Weights.Gradients.norm().item<float>();
        float.IsFinite(norm).ShouldBeTrue("the first sample lies where the norm has no derivative");
        norm.ShouldBeGreaterThan(0, "the second one does not");
    }

    [Theory]
    [InlineData("Digits")]
    [InlineData("DigitsUNet")]
    public void Student_and_teacher_see_the_same_dropout_masks(string experiment)
    {
        using var training = NewTraining(Moons, experiment);
        using var scope = NewDisposeScope();
        using (no_grad())
            training.Weights.Values.normal_(0, 0.2);
        manual_seed(3);
        var (x, z) = (randn(4, 1, 28, 28), randn(4, 1, 28, 28));
        var t = tensor(new double[] { 0.5, 1, 2, 3 });
        var near = t - 1e-6;
        var distances = (training.Losses(x, z, t, near, step: 5) * (t - near)).data<double>().ToArray();
        distances.Max().ShouldBeLessThan(1e-6, "both passes are the same at nearly the same time");

        // Where r = 0 the target is the data, and the other samples do not notice.
        var mixed = (training.Losses(x, z, t, near * tensor(new double[] { 1, 0, 1, 0 }), step: 5) * (t - near)).data<double>().ToArray();
        mixed[0].ShouldBe(distances[0], 1e-6);
        mixed[2].ShouldBe(distances[2], 1e-6);
        (mixed[1] * 1e6).ShouldBeGreaterThan(1);
    }

    /// <summary>TorchSharp makes an object of some 100 bytes for every tensor.</summary>
    [Theory]
    [InlineData("Moons", 24_000, 2L)]
    [InlineData("DigitsUNet", 96_000, 1L, 28L, 28L)]
    public void A_step_leaves_little_beside_its_tensors_to_the_garbage_collector(string experiment, long most, params long[] example)
    {
        using var training = NewTraining(Moons, experiment);
        using var data = rand([4, .. example]);
        var bytes = new long[20];
        for (var step = 0; step < bytes.Length; step++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            training.Step(data, step).Dispose();
            bytes[step] = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        bytes[10..].Max().ShouldBeLessThan(most);
    }

    [Theory]
    [InlineData("Moons")]
    [InlineData("MoonsLinear")]
    public void A_training_learns_and_repeats(string experiment)
    {
        var (before, after, losses) = Run();
        after.ShouldBeLessThan(0.8 * before, "how far denoised points lie from the data");
        Run().Losses.ShouldBe(losses, "every random number follows from the seed and the step");

        (double Before, double After, double[] Losses) Run()
        {
            using var training = NewTraining(Moons, experiment, steps: 8 * 600, batch: 64);
            using var scope = NewDisposeScope();
            manual_seed(11);
            var (data, noise, t) = (ones(64, 2), randn(64, 2), (randn(64, dtype: ScalarType.Float64) - 1.1).exp());
            var (before, losses) = (Error(), new double[600]);
            for (var step = 0; step < losses.Length; step++)
            {
                using var loss = training.Step(data, step);
                loss.requires_grad.ShouldBeFalse();
                losses[step] = loss.item<float>();
            }

            var samples = training.Sample(training.BestWeights, [noise, noise]);
            samples.shape.ShouldBe([64, 2]);
            samples.requires_grad.ShouldBeFalse();
            return (before, Error(), losses);

            double Error() => (training.Losses(data, noise, t, zeros_like(t)) * t).mean().item<double>();
        }
    }

    [Fact]
    public void Samples_without_a_network_shrink_the_noise()
    {
        using var training = NewTraining(Moons, "Moons");
        training.Weights.Values.zero_();
        using var scope = NewDisposeScope();
        var samples = training.Sample(training.Weights, [ones(1, 2), ones(1, 2)]).data<float>().ToArray();
        double CSkip(double t) => 0.25 / ((t - 0.002) * (t - 0.002) + 0.25);
        ((double)samples[0]).ShouldBe(CSkip(0.8) * (CSkip(80) * 80 + 0.8), 1e-6);
    }

    [Fact]
    public void Plans_and_the_registry_say_what_was_declared()
    {
        var registry = (Registry)Moons.Type("Moons").Assembly.GetType("CM.Generated.Declarations_Declared")!.GetProperty("All")!.GetValue(null)!;
        registry.Experiments.Select(experiment => experiment.Plan.Name).ShouldBe(["Moons", "MoonsLinear", "Digits", "MoonsPlain", "DigitsUNet"]);
        registry.Networks.Select(network => network.Name).ShouldBe(["MoonsDenoiser", "Pixels", "UNetPixels"]);
        var derived = registry.Experiments[1].Plan;
        (derived.Steps, derived.Batch, derived.Seed).ShouldBe((20_000, 256, 7));
        derived.DataShape.ShouldBe([2]);
        derived.SampleTimes.ShouldBe([80]);
        derived.Declaration.ShouldContain(new KeyValuePair<string, string>("Optimiser", "Adam, rate 0.0002, beta2 0.99"));
        derived.Declaration.ShouldContain(new KeyValuePair<string, string>("Gradient norm", "at most 200"));
        derived.Declaration.ShouldContain(new KeyValuePair<string, string>("EMA", "0.99, 0.9999"));
        using var training = registry.Experiments[1].NewTraining(new TrainingSetup(10, 4, 1, CPU));
        training.Averages.Count.ShouldBe(2);
    }

    private static ConsistencyTrainer NewTraining(TimesDeclared declared, string experiment, int steps = 100, int batch = 4) =>
        (ConsistencyTrainer)Activator.CreateInstance(declared.Type(experiment + "+Trainer"), new TrainingSetup(steps, batch, 1, CPU))!;

    private static float[] Floats(string base64) => [.. System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(Convert.FromBase64String(base64))];
}
