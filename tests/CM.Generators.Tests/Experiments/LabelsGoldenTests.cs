using CM.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>
/// Experiments whose networks take labels, with DDPM++ and EDM2 in small: generated losses, gradients, samples and steps of training
/// against the reference implementations.
/// </summary>
public sealed class LabelsGoldenTests
{
    private const string Times = """
        [TimeSchedule(min: 0.003, max: 80), LogNormal(mean: -0.8, std: 1.6)]
        public sealed partial record QuarterSchedule : ITimeSchedule
        {
            public static double Alpha(double t) => 1;
            public static double Sigma(double t) => t;
            public static int Stage(double progress) => (int)(4 * progress);
            public static double TeacherTime(double t, int stage) => Max(0, t - t * Pow(4, -(stage + 1)) * (1 + 8 / (1 + Exp(t))));
            public static double Weight(double t, double r) => 1 / (t * t) + 1 / 0.25;
        }

        """;

    private const string Second = """
        [TimeSchedule(min: 1, max: 80, Preconditioning = Preconditioning.Edm), LogStudentT(mean: 0, scale: 0.2, degreesOfFreedom: 0.01)]
        public sealed partial record SecondSchedule : ITimeSchedule
        {
            public static double Alpha(double t) => 1;
            public static double Sigma(double t) => t;
            public static int Stage(double progress) => (int)(10 * progress);
            public static double TeacherTime(double t, int stage) => Max(1e-6, t - t * (1 - Min(1 - Pow(4, -(stage + 1)), 0.9961)) * (1 + 8 / (1 + Exp(t))));
            public static double Weight(double t, double r) => 1 / (t * t) + 1 / 0.25;
        }

        """;

    // Data, models and encoders for a number of classes: DDPM++ of 6×6, and EDM2 of 8×8.
    private static string Networks(int classes) => Networks(classes, "Net", 6, "DdpmPlusPlus(6, 3, 8,", "ChannelMult = [1], NumBlocks = [1], AttnResolutions = []")
        + Networks(classes, "Magnitude", 8, "Edm2(8, 3, 8,", "ChannelMult = [1], NumBlocks = [1], AttnResolutions = [], ChannelsPerHead = 8");

    private static string Networks(int classes, string name, int side, string unet, string rest) => $$"""
        [Shape(3, {{side}}, {{side}}), Classes({{classes}})]
        public sealed record {{name}}Data{{classes}} : ILabelledExamples
        {
            public int Count => 1;
            public void Read(int index, System.Span<float> values) => values.Clear();
            public int Label(int index) => 0;
        }

        [Network]
        public sealed partial record {{name}}{{classes}} : IDenoiser
        {
            [{{unet}} LabelDim = {{classes}}, {{rest}})] public partial Layer Unet { get; }

            [return: Shape("B", 3, {{side}}, {{side}})]
            private Value Forward([Shape("B", 3, {{side}}, {{side}})] Value x, [Shape("B")] Value level, [Shape("B", {{classes}})] Value labels) => (x, level, labels) | Unet;
        }

        [Network]
        public sealed partial record {{name}}Encoder{{classes}}
        {
            [{{unet}} OutChannels = 6, LabelDim = {{classes}}, {{rest}})] public partial Layer Unet { get; }

            [return: Shape("B", 3, {{side}}, {{side}}), Shape("B", 3, {{side}}, {{side}})]
            private Value Forward([Shape("B", 3, {{side}}, {{side}})] Value x, [Shape("B", {{classes}})] Value labels)
            {
                var both = (x | Scale(2), x | ZerosLike, labels) | Unet;
                return (both | SliceChannels(0, 3), both | SliceChannels(3, 3) | Softplus);
            }
        }

        [Coupling]
        public sealed partial record {{name}}Noise{{classes}}
        {
            [Block<{{name}}Encoder{{classes}}>]               public partial Layer Encode { get; }
            [KlToStandardNormal(weight: 90, Constant = true)] public partial Layer Kl     { get; }

            private Pair Couple(Value data, Value noise, Value labels)
            {
                var (mean, deviation) = (data, labels) | Encode;
                return new Pair(data, mean + deviation * noise) { Regularization = (mean, deviation) | Kl };
            }
        }

        """;

    private const string Experiments = """
        [Experiment(Steps = 200_000, Batch = 4), Data<NetData4>, Model<Net4>, Coupling<Independent>, Schedule<QuarterSchedule>]
        [PseudoHuber(0.06), Adam(1e-3, Beta2 = 0.99), MultistepSampler(80, 1.526)]
        public partial record Ecm;

        [Experiment(Steps = 400_000), Coupling<MinibatchOT>, Schedule<IctSchedule>, PseudoHuber(0.00054 * 10.392304845413264, PerElement = true)] public sealed partial record IctMatched : Ecm;

        [Experiment, Data<NetData5>, Model<Net5>, Coupling<NetNoise5>, Schedule<LinearSchedule>] public sealed partial record Vct : Ecm;
        [Experiment, Coupling<NetNoise4>, Schedule<LinearSchedule>] public sealed partial record VctOfFour : Ecm;
        [Experiment(Steps = 16), Data<NetData3>, Model<Net3>, Coupling<NetNoise3>, Schedule<HalfSchedule>, InverseSqrt(3), ClipGradNorm(200), PowerFunctionEma(0.1, Swapped = true)] public sealed partial record VctSteps : Ecm;
        [Experiment, Data<MagnitudeData5>, Model<Magnitude5>, Coupling<MagnitudeNoise5>, Schedule<LinearSchedule>] public sealed partial record VctMagnitude : Ecm;

        [Experiment, Data<MagnitudeData4>, Model<Magnitude4>, Schedule<PlainSchedule>, InverseSqrt(2), Ema(0.9), PowerFunctionEma(0.05), PowerFunctionEma(0.1)] public partial record EctMagnitude : Ecm;
        [Experiment, Schedule<SecondSchedule>, InitFrom<EctMagnitude>, Truncated(BoundaryFraction = 0.25, BoundaryWeight = 0.1)] public sealed partial record TcmMagnitude : EctMagnitude;
        """;

    private static readonly TimesDeclared Declared = TimesDeclared.Compile(
        TimesTests.Improved + Times + Times.Replace("QuarterSchedule", "LinearSchedule").Replace("Alpha(double t) => 1", "Alpha(double t) => 1 - t / 80")
        + Times.Replace("QuarterSchedule", "PlainSchedule").Replace("max: 80", "max: 80, Preconditioning = Preconditioning.Edm") + Second
        + Times.Replace("QuarterSchedule", "HalfSchedule").Replace("4 * progress", "8 * progress").Replace("Pow(4", "Pow(2").Replace("mean: -0.8, deviation: 1.6", "mean: -1.1, deviation: 2")
        + Networks(3).Replace("weight: 90", "weight: 10") + Networks(4) + Networks(5) + Experiments);

    [Theory]
    [InlineData("L06_ecm_ve_c006_karras", "Ecm", "QuarterSchedule", 3, 1.4e-4, 4.2e-5, 3.8e-4)]
    [InlineData("L13_vct_ecm_cot_karras_cond", "Vct", "LinearSchedule", 2, 2.9e-5, 1.6e-5, 2.1e-4)]
    [InlineData("L14_vct_ecm_edm2", "VctMagnitude", "LinearSchedule", 1, 1e-5, 1e-5, 1.3e-5)]
    [InlineData("L43_ect_imgnet_edm2", "EctMagnitude", "PlainSchedule", 0, 1e-5, 1e-5, 1.1e-5)]
    public void Losses_and_gradients(string name, string experiment, string schedule, int stage, double tolerance, double normTolerance, double gradientTolerance)
    {
        var golden = new Golden(name);
        using var training = New(experiment, golden);
        using var scope = NewDisposeScope();
        var t = (golden["in/z_t"].to(float64) * 1.6 - 0.8).exp();
        if (schedule == "LinearSchedule")
            t = t.clamp_max(80);
        Golden.ShouldMatch(t, golden["out64/t"], 1e-6, "t"); // the references draw in float32
        Golden.ShouldMatch((Tensor)Declared.Call(schedule, "TeacherTime", t, stage), golden["out64/r"], 1e-6, "r");

        training.Weights.ZeroGradients();
        var (data, noise, labels) = (golden["in/x"], golden["in/eps"], golden["in/labels"]);
        Tensor? regularization = null;
        if (golden.Has("params_order_enc"))
        {
            var pair = training.Couple(data, noise, labels: labels);
            (noise, regularization) = (pair[1], pair[2]);
            Golden.ShouldMatch(noise, golden["out/noise_used"], 1e-5, "noise");
            Golden.ShouldMatch(regularization, golden["out64/kl"] * 90, 1e-5, "regularization");
        }

        var losses = training.Losses(data, noise, golden["out64/t"], golden["out64/r"], labels);
        if (regularization is not null)
            losses += regularization;
        Golden.ShouldMatch(losses, golden["out64/per_sample"], tolerance, "losses");
        Golden.ShouldMatch(losses.mean().view(1), golden["out64/loss"], tolerance, "loss");
        losses.mean().backward();
        CompareGradients(training, golden, normTolerance, gradientTolerance);
        CompareNormalised(training.Weights, golden, "new64/net_after/");
    }

    [Fact]
    public void The_second_stage_of_a_truncated_model()
    {
        var golden = new Golden("L34_tcm_stage2_edm2");
        using var training = New("TcmMagnitude", golden);
        using var scope = NewDisposeScope();
        var frozen = training.FrozenWeights();
        frozen.Fill(golden, ("Unet.", "teacher/model."));
        TimesDeclared.ShouldAgree(Declared.At("SecondSchedule", "TeacherTime", golden["out/t"].data<double>().ToArray(), 0), golden["out/r"].data<double>().ToArray(), 1e-13, "r");

        // Here the samples at the boundary come first.
        var boundary = golden["out/is_boundary"].data<long>().ToArray();
        var order = tensor(Enumerable.Range(0, boundary.Length).OrderByDescending(i => boundary[i]).Select(i => (long)i).ToArray());
        var losses = training.Losses(Ordered("in/x"), Ordered("in/eps"), Ordered("out/t"), Ordered("out/r"), Ordered("in/labels"));
        Golden.ShouldMatch(losses.narrow(0, 0, 1), golden["out64/boundary_per_sample"], 1e-5, "loss at the boundary");
        Golden.ShouldMatch(losses.narrow(0, 1, 5), golden["out64/per_sample"], 1e-5, "the others");
        training.Weights.ZeroGradients();
        var loss = training.MeanOf(losses);
        Golden.ShouldMatch(loss.view(1), golden["out64/loss"], 1e-5, "loss");
        loss.backward();
        CompareGradients(training, golden, 1e-5, 1.6e-5);
        CompareNormalised(training.Weights, golden, "new64/net_after/model.");
        CompareNormalised(frozen, golden, "new64/teacher_after/model.");

        Tensor Ordered(string name) => golden[name].index_select(0, order);
    }

    [Theory]
    [InlineData("P04_vct_ecm_cot_cond", "VctOfFour", 1.3e-5)]
    [InlineData("P09_ect_imgnet_steps", "EctMagnitude", 1e-5)]
    public void Samples(string name, string experiment, double tolerance)
    {
        var golden = new Golden(name);
        using var training = New(experiment, golden);
        using var scope = NewDisposeScope();
        Golden.ShouldMatch(training.Sample(training.Weights, [golden["in/z"], golden["in/noise1"]], golden["in/labels"]), golden["out64/sample"], tolerance, name);
    }

    /// <summary>The reference draws pairs in an order of its own, and times belong to places in that.</summary>
    [Fact]
    public void Matched_pairs_their_losses_and_gradients()
    {
        var golden = new Golden("L15_ict_ot");
        using var training = New("IctMatched", golden);
        using var scope = NewDisposeScope();
        var order = golden["in/order"];
        var data = golden["in/x"].index_select(0, order);
        var noise = OptimalTransport.Assign(golden["in/x"], golden["in/eps"]).index_select(0, order);
        Golden.ShouldMatch(data, golden["out/x_used"], 0, "data");
        Golden.ShouldMatch(noise, golden["out/noise_used"], 1e-7, "noise");

        training.Weights.ZeroGradients();
        var losses = training.Losses(data, noise, golden["out64/t"], golden["out64/r"], golden["in/labels"].index_select(0, order));
        Golden.ShouldMatch(losses, golden["out64/per_sample"], 1e-5, "losses");
        losses.mean().backward();
        training.GradientsShouldMatch(golden, "grad64_l2/net", "params_order", 1e-5, parameter => "Unet." + parameter);
    }

    /// <summary>
    /// Six steps of ECT's training loop for ImageNet: Adam with a rate that falls, averages of two widths and a constant one, weights of
    /// EDM2 that are normalised at every step.
    /// </summary>
    [Fact]
    public void Steps_of_training()
    {
        var golden = new Golden("T08_ect_imgnet_adam");
        using var training = New("EctMagnitude", golden);
        using var scope = NewDisposeScope();
        var (x, z, wanted) = (golden["in/images_u8"].to(float32) / 127.5f - 1, golden["in/eps"], golden["out64/loss"].data<double>().ToArray());
        var t = (golden["in/z_t"].to(float64) * 1.6 - 0.8).exp();
        for (var step = 0; step < wanted.Length; step++)
        {
            training.Weights.ZeroGradients();
            var loss = training.Losses(x[step], z[step], t[step], (Tensor)Declared.Call("PlainSchedule", "TeacherTime", t[step], 1), golden["in/labels"][step]).mean();
            ((double)loss.item<float>()).ShouldBe(wanted[step], 1e-5 * wanted.Max(), $"loss of step {step}");
            loss.backward();
            training.Optimizer.LearningRate = (double)training.Call("LearningRate", step)!;
            training.Optimizer.LearningRate.ShouldBe(golden["out/lr"].data<double>()[step], 1e-15);
            training.Optimizer.Step();
            foreach (var average in training.Averages)
                average.Update(step);
        }

        foreach (var spec in training.Weights.Layout.Parameters)
        {
            var name = "unet." + spec.Name["Unet.".Length..];
            Golden.ShouldMatch(training.Weights[spec.Name], golden["new/net/" + name], 1e-5, name);
            foreach (var (average, kind) in training.Averages.Zip((string[])["online", "power_0.05", "power_0.1"]))
                Golden.ShouldMatch(average.Weights[spec.Name], golden[$"new/ema_{kind}/{name}"], 1e-5, $"{name}, {kind}");
        }
    }

    /// <summary>
    /// Eight steps of VCT's training loop, a stage every second one: Adam with a rate that falls, and the power average as VCT's code has
    /// it, with its factors swapped.
    /// </summary>
    [Fact]
    public void Steps_of_training_with_an_encoder()
    {
        var golden = new Golden("T02_ecm_adam_invsqrt_power");
        using var training = New("VctSteps", golden);
        using var scope = NewDisposeScope();
        var (x, z, wanted, norms) = (golden["in/x"], golden["in/eps"], golden["out64/loss"].data<double>().ToArray(), golden["out64/grad_norm"].data<double>().ToArray());
        var t = (golden["in/z_t"].to(float64) * 2 - 1.1).exp();
        for (var step = 0; step < wanted.Length; step++)
        {
            var labels = nn.functional.one_hot(golden["in/labels"][step], 3).to(float32);
            training.Weights.ZeroGradients();
            var pair = training.Couple(x[step], z[step], labels: labels);
            var r = (Tensor)Declared.Call("HalfSchedule", "TeacherTime", t[step], (int)Declared.Call("HalfSchedule", "Stage", step / 16.0));
            var loss = (training.Losses(pair[0], pair[1], t[step], r, labels) + pair[2]).mean();
            ((double)loss.item<float>()).ShouldBe(wanted[step], 1e-5 * wanted.Max(), $"loss of step {step}");
            loss.backward();
            ((double)training.Weights.Gradients.norm().item<float>()).ShouldBe(norms[step], 1e-4 * norms[step], $"norm of the gradients in step {step}");
            training.Call("ClipGradients", 200.0);
            training.Optimizer.LearningRate = (double)training.Call("LearningRate", step)!;
            training.Optimizer.LearningRate.ShouldBe(golden["out/lr"].data<double>()[step], 1e-15);
            training.Optimizer.Step();
            training.Averages[0].Update(step);
        }

        foreach (var spec in training.Weights.Layout.Parameters)
        {
            var isEncoder = spec.Name.StartsWith("Encode.", StringComparison.Ordinal);
            var parameter = spec.Name[(isEncoder ? "Encode.Unet." : "Unet.").Length..];
            Compare(training.Weights[spec.Name], $"new/model/{(isEncoder ? "encoder" : "net")}.{parameter}");
            if (!isEncoder)
                Compare(training.Averages[0].Weights[spec.Name], $"new/ema/net.{parameter}");
        }

        void Compare(Tensor found, string tensor) => Golden.ShouldMatch(BasesGoldenTests.Trained(found, tensor), BasesGoldenTests.Trained(golden[tensor], tensor), 1e-5, tensor);
    }

    private static ConsistencyTrainer New(string experiment, Golden golden)
    {
        var training = Declared.NewTraining(experiment, 200_000);
        training.Weights.Fill(golden, ("Unet.", Prefix(golden)), ("Encode.Unet.", "enc/"));
        foreach (var average in training.Averages)
            average.Weights.CopyFrom(training.Weights);
        return training;
    }

    // Where the case has the model's weights.
    private static string Prefix(Golden golden) => ((string[])["net/", "net/model.", "net/unet."]).Single(prefix => golden.Has(prefix + "emb_noise.weight") || golden.Has(prefix + "map_layer0.weight"));

    private static void CompareGradients(ConsistencyTrainer training, Golden golden, double normTolerance, double gradientTolerance)
    {
        foreach (var (order, part, place) in ((string, string, string)[])[("params_order", "net", "Unet."), ("params_order_enc", "enc", "Encode.Unet.")])
        {
            if (!golden.Has(order))
                continue;
            training.GradientsShouldMatch(golden, "grad64_l2/" + part, order, normTolerance, Ours);
            foreach (var name in golden.Texts(order).Where(name => golden.Has($"grad/{part}/{name}")))
                Golden.ShouldMatch(training.Weights[Ours(name)].grad!, golden[$"grad/{part}/{name}"], gradientTolerance, name);

            string Ours(string name) => place + (name.Split('.') is ["model" or "unet", .. var rest] ? string.Join('.', rest) : name);
        }
    }

    // Some of the weights after the step's passes: a pass with gradients brings them to magnitude 1, one without leaves them.
    private static void CompareNormalised(ParameterStore weights, Golden golden, string prefix)
    {
        foreach (var name in ((string[])["dec.8x8_in0.attn_proj.weight", "dec.8x8_in0.attn_qkv.weight", "emb_label.weight"]).Where(name => golden.Has(prefix + name) || golden.Has(prefix + "unet." + name)))
            Golden.ShouldMatch(weights["Unet." + name], golden[golden.Has(prefix + name) ? prefix + name : prefix + "unet." + name], 1e-5, name);
    }
}
