using System.Text.RegularExpressions;
using CM.Dsl;
using CM.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>
/// GC and TCM on a small DDPM++: generated pairs, targets, losses and gradients against the reference implementations; and the coupling of
/// the guide, trained.
/// </summary>
public sealed partial class MethodsGoldenTests
{
    private const string Experiments = """
        [Coupling]
        public sealed partial record Induced
        {
            [Model(Weights.Ema)] public partial Layer Generate { get; }
            [Bernoulli(0, End = 0.8)] public partial Layer Mix      { get; }

            private Pair Couple(Value data, Value noise, TimePair times) => new(Mix.Select((data + times.R * noise, times.R) | Generate, data), noise);
        }

        [Experiment(Steps = 100_000, Batch = 5), Data<Pixels>, Model<Net>, Coupling<Induced>, Schedule<IctSchedule>]
        [PseudoHuber(0.00054 * 10.392304845413264), RAdam(1e-4), Ema(0.9999), MultistepSampler(80)]
        public partial record Gc;

        [Experiment, L2] public sealed partial record GcSquared : Gc;

        [Coupling]
        public sealed partial record InducedOnline
        {
            [Model(Weights.Student)] public partial Layer Generate { get; }
            [Bernoulli(0.5)]             public partial Layer Mix      { get; }

            private Pair Couple(Value data, Value noise, TimePair times) => new(Mix.Select((data + times.R * noise, times.R) | Generate, data), noise);
        }

        [Coupling]
        public sealed partial record InducedAlways
        {
            [Model(Weights.Ema)] public partial Layer Generate { get; }

            private Pair Couple(Value data, Value noise, TimePair times) => new((data + times.R * noise, times.R) | Generate, noise);
        }

        [Experiment, Coupling<InducedOnline>] public sealed partial record GcOnline : Gc;
        [Experiment, Coupling<InducedAlways>] public sealed partial record GcPure : Gc;

        [Experiment(Steps = 1000, Batch = 8), Data<Pixels>, Model<Net>, Coupling<Independent>, Schedule<FirstSchedule>]
        [PseudoHuber(1e-8), RAdam(1e-4), Ema(0.9999), MultistepSampler(80, 1)]
        public partial record TcmFirst;

        [Experiment, Schedule<FirstWeighed>, PseudoHuber(0.06)] public sealed partial record TcmFirstWeighed : TcmFirst;
        [Experiment, Schedule<EdmSchedule>, L2, HeunSampler(4)] public sealed partial record Diffusion : TcmFirst;
        [Experiment, PseudoHuber(0.06), Frozen<Diffusion>, ConsistencyDistillation] public sealed partial record TcmDistilled : TcmFirst;
        [Experiment, Schedule<FirstRooted>, L2] public sealed partial record TcmFirstSquared : TcmFirst;

        [Experiment, Schedule<SecondSchedule>, InitFrom<TcmFirst>, Truncated(BoundaryFraction = 0.25, BoundaryWeight = 0.1)] public partial record TcmSecond : TcmFirst;
        [Experiment, RAdam(5e-5), Ema(0.9)] public sealed partial record TcmSecondSteps : TcmSecond;

        [Network]
        public sealed partial record Dropped : IDenoiser
        {
            [DdpmPlusPlus(6, 3, 8, ChannelMult = [1], NumBlocks = [1], AttnResolutions = [], Dropout = [0.2])] public partial Layer Unet { get; }

            [return: Shape("B", 3, 6, 6)]
            private Value Forward([Shape("B", 3, 6, 6)] Value x, [Shape("B")] Value level) => (x, level) | Unet;
        }

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
            [Edm2(8, 3, 8, LabelDim = 4, ChannelMult = [1], NumBlocks = [1], AttnResolutions = [], ChannelsPerHead = 8)] public partial Layer Unet { get; }

            [return: Shape("B", 3, 8, 8)]
            private Value Forward([Shape("B", 3, 8, 8)] Value x, [Shape("B")] Value level, [Shape("B", 4)] Value labels) => (x, level, labels) | Unet;
        }

        // γ = 6.94 is the width √((γ + 1)/(γ + 3))/(γ + 2).
        [Experiment, Data<Eights>, Model<MagnitudeNet>, Schedule<FirstWeighed>, PseudoHuber(0.06), ClipGradNorm(2), Adam(1e-3, Beta2 = 0.99), InverseSqrt(2), PowerFunctionEma(0.09997226695670995)]
        public sealed partial record TcmFirstMagnitudes : TcmFirst;

        [Experiment, Model<Dropped>] public partial record TcmFirstDropped : TcmFirst;
        [Experiment, Schedule<SecondEasy>, InitFrom<TcmFirstDropped>, Truncated(BoundaryFraction = 0.25, BoundaryWeight = 0.1)] public sealed partial record TcmSecondDropped : TcmFirstDropped;

        """;

    private const string Times = """
        [TimeSchedule(0.002, 80, Preconditioning = Preconditioning.Edm), LogNormal(-1.1, 2, Truncated = true)]
        public sealed partial record FirstSchedule : ITimeSchedule
        {
            public static double Alpha(double t) => 1;
            public static double Sigma(double t) => t;
            public static int Stage(double progress) => (int)(10 * progress);
            public static double TeacherTime(double t, int stage) => Max(1e-6, t - t * (1 - Min(1 - Pow(2, -(stage + 1)), 0.999)) * (1 + 8 / (1 + Exp(t))));
            public static double Weight(double t, double r) => 1 / (t - r);
        }

        """;

    private static readonly TimesDeclared Declared = TimesDeclared.Compile(TimesTests.Improved + Times
        + Times.Replace("FirstSchedule", "SecondSchedule").Replace("(0.002, 80", "(1, 80").Replace("LogNormal(-1.1, 2, Truncated = true)", "LogStudentT(0, 0.2, 0.01)")
        + Times.Replace("FirstSchedule", "SecondEasy").Replace("(0.002, 80", "(1, 80").Replace("LogNormal(-1.1, 2, Truncated = true)", "LogStudentT(0, 0.2, 0.01)").Replace("(int)(10 * progress)", "1")
        + Times.Replace("FirstSchedule", "FirstWeighed").Replace("-1.1, 2, T", "-0.8, 1.6, T").Replace("Pow(2", "Pow(4").Replace("0.999", "0.9961").Replace("1 / (t - r)", "(t * t + 0.25) / (t * t * 0.25)")
        + Times.Replace("FirstSchedule", "EdmSchedule").Replace("-1.1, 2, T", "-1.2, 1.2, T").Replace("Max(1e-6, t - t * (1 - Min(1 - Pow(2, -(stage + 1)), 0.999)) * (1 + 8 / (1 + Exp(t))))", "0")
        + Times.Replace("FirstSchedule", "FirstRooted").Replace("1 / (t - r)", "1 / Sqrt(t - r)")
        + BasesGoldenTests.Net + Experiments);

    [Theory]
    [InlineData("L21_gc_mix50_ema", "Gc", 1e-5, 1e-5)]
    [InlineData("L22_gc_mix50_online", "GcOnline", 1e-5, 1e-5)]
    [InlineData("L23_gc_pure", "GcPure", 1.9e-5, 1.9e-5)]
    [InlineData("L24_gc_anneal_l2", "GcSquared", 3.5e-4, 7.9e-5)]
    public void Generator_induced_pairs_and_their_losses(string name, string experiment, double tolerance, double normTolerance)
    {
        var golden = new Golden(name);
        using var training = Declared.NewTraining(experiment, 100_000, 8);
        using var scope = NewDisposeScope();
        training.Weights.Fill(golden, ("Unet.", "net/model."));
        if (golden.Has("ema/model.map_layer0.weight"))
            training.Averages[0].Weights.Fill(golden, ("Unet.", "ema/model."));
        var (t, r) = (golden["out64/sigma_hi"], golden["out64/sigma_lo"]);
        var pair = training.Couple(golden["in/x"], golden["in/eps"], t, r, heads: golden["out/mask_generated"].to(ScalarType.Bool));
        Golden.ShouldMatch(pair[0], golden["out/endpoint"], 1e-5, "data end");
        pair[0].requires_grad.ShouldBeFalse("what predicts gets no gradient");
        Compare(training, golden, training.Losses(pair[0], pair[1], t, r), tolerance, normTolerance);
    }

    [Theory]
    [InlineData("L30_tcm_stage1_cifar", "TcmFirst", "FirstSchedule", 0, 3.4e-5, 1e-5)]
    [InlineData("L31_tcm_stage1_limit_cout", "TcmFirstWeighed", "FirstWeighed", 4, 1.6e-4, 1.2e-4)]
    [InlineData("L32_tcm_stage1_l2", "TcmFirstSquared", "FirstRooted", 3, 1.1e-5, 1.3e-5)]
    public void The_first_stage(string name, string experiment, string schedule, int stage, double tolerance, double normTolerance)
    {
        var golden = new Golden(name);
        using var training = Declared.NewTraining(experiment, 100_000, 8);
        using var scope = NewDisposeScope();
        training.Weights.Fill(golden, ("Unet.", "net/model."));
        TimesDeclared.ShouldAgree(Declared.At(schedule, "TeacherTime", golden["out/t"].data<double>().ToArray(), stage), golden["out/r"].data<double>().ToArray(), 1e-13, "r");
        Compare(training, golden, training.Losses(golden["in/x"], golden["in/eps"], golden["out/t"], golden["out/r"]), tolerance, normTolerance);
    }

    /// <summary>Distillation: the lower point lies an Euler step of a frozen denoiser away.</summary>
    [Fact]
    public void A_distilled_loss()
    {
        var golden = new Golden("L37_tcm_distill");
        using var training = Declared.NewTraining("TcmDistilled", 100_000, 8);
        using var scope = NewDisposeScope();
        training.Weights.Fill(golden, ("Unet.", "net/model."));
        training.FrozenWeights().Fill(golden, ("Unet.", "teacher/model."));
        TimesDeclared.ShouldAgree(Declared.At("FirstSchedule", "TeacherTime", golden["out/t"].data<double>().ToArray(), 2), golden["out/r"].data<double>().ToArray(), 1e-13, "r");
        Compare(training, golden, training.Losses(golden["in/x"], golden["in/eps"], golden["out/t"], golden["out/r"]), 1e-5, 2.4e-5);
    }

    /// <summary>
    /// A bucket of samples at t' and one of the others; a batch too small for the first; masks of dropout that all three passes share.
    /// </summary>
    [Theory]
    [InlineData("L33_tcm_stage2_cifar", "TcmSecond", 9, 1e-5, 1.6e-3)]
    [InlineData("L35_tcm_stage2_no_boundary", "TcmSecond", 9, 4.2e-4, 7.4e-4)]
    [InlineData("L36_tcm_stage2_dropout", "TcmSecondDropped", 1, 1e-5, 1e-5)]
    public void The_second_stage(string name, string experiment, int stage, double tolerance, double normTolerance)
    {
        var golden = new Golden(name);
        using var training = Declared.NewTraining(experiment, 100_000, 8);
        using var scope = NewDisposeScope();
        training.Weights.Fill(golden, ("Unet.", "net/model."));
        training.FrozenWeights().Fill(golden, ("Unet.", "teacher/model."));
        TimesDeclared.ShouldAgree(Declared.At(experiment == "TcmSecond" ? "SecondSchedule" : "SecondEasy", "TeacherTime", golden["out/t"].data<double>().ToArray(), stage), golden["out/r"].data<double>().ToArray(), 1e-13, "r");

        // Here the samples at the boundary come first, and masks belong to samples.
        var boundary = golden["out/is_boundary"].data<long>().ToArray();
        var (order, count) = (tensor(Enumerable.Range(0, boundary.Length).OrderByDescending(i => boundary[i]).Select(i => (long)i).ToArray()), boundary.Sum());
        using var masks = golden.GiveMasks(training.Context, order);
        var losses = training.Losses(golden["in/x"].index_select(0, order), golden["in/eps"].index_select(0, order), golden["out/t"].index_select(0, order), golden["out/r"].index_select(0, order));
        if (count > 0)
            Golden.ShouldMatch(losses.narrow(0, 0, count), golden["out64/boundary_per_sample"], tolerance, "losses at the boundary");
        Golden.ShouldMatch(losses.narrow(0, count, boundary.Length - count), golden["out64/per_sample"], tolerance, "the others");
        CompareMean(training, golden, losses, tolerance, normTolerance);
    }

    /// <summary>Eight steps of the second stage: RAdam, a constant average, the bucket at t'.</summary>
    [Fact]
    public void Steps_of_training_in_the_second_stage()
    {
        var golden = new Golden("T05_tcm_stage2_radam");
        using var training = Declared.NewTraining("TcmSecondSteps", 100_000, 4);
        using var scope = NewDisposeScope();
        training.Weights.Fill(golden, ("Unet.", "net/model."));
        training.FrozenWeights().Fill(golden, ("Unet.", "teacher/model."));
        training.Averages[0].Weights.CopyFrom(training.Weights);
        var initial = training.Weights.Values.clone();
        var (x, z) = (golden["in/images_u8"].to(float32) / 127.5f - 1, golden["in/eps"]);
        for (var step = 0; step < 8; step++)
        {
            // The first of the permutation lies at t', which is where our first sample lies.
            var (order, t) = (golden["in/perm"][step], StudentTimes(golden["in/u"][step]));
            t = t.index_select(0, order);
            t[0] = 1;
            var r = (Tensor)Declared.Call("SecondSchedule", "TeacherTime", t, 9);
            training.Weights.ZeroGradients();
            var losses = training.Losses(x[step].index_select(0, order), z[step].index_select(0, order), t, r);
            var (boundary, consistency) = (golden["out64/loss_boundary"].data<double>()[step], golden["out64/loss_consistency"].data<double>()[step]);
            ((double)losses[0].item<float>()).ShouldBe(boundary, 0.0034 * boundary, $"loss at the boundary, step {step}");
            ((double)losses.narrow(0, 1, 3).mean().item<float>()).ShouldBe(consistency, 0.0034 * consistency, $"loss of the others, step {step}");
            training.MeanOf(losses).backward();
            training.Optimizer.Step();
            training.Averages[0].Update(1000 + step);
        }

        CompareWeights(training.Weights, golden, "new/net/model.", 7.1e-4);
        CompareWeights(training.Averages[0].Weights, golden, "new/ema/model.", 7.1e-4);
        (training.Weights.Values - initial).abs().max().item<float>().ShouldBeGreaterThan(1e-5f);
    }

    /// <summary>
    /// Six steps of the first stage on EDM2: Adam with a rate that falls, gradients that are cut, EDM2's average with γ = 6.94, weights
    /// that are normalised at every step.
    /// </summary>
    [Fact]
    public void Steps_of_training_in_the_first_stage()
    {
        var golden = new Golden("T06_tcm_stage1_edm2_power");
        using var training = Declared.NewTraining("TcmFirstMagnitudes", 100_000, 3);
        using var scope = NewDisposeScope();
        training.Weights.Fill(golden, ("Unet.", "net/model."));
        training.Averages[0].Weights.CopyFrom(training.Weights);
        var (x, z) = (golden["in/images_u8"].to(float32) / 127.5f - 1, golden["in/eps"]);
        var (wanted, norms) = (golden["out64/loss_consistency"].data<double>().ToArray(), golden["out64/grad_norm"].data<double>().ToArray());
        for (var step = 0; step < wanted.Length; step++)
        {
            var t = TruncatedSchedule(golden["in/u"][step], -0.8, 1.6, 0.002, 80);
            training.Weights.ZeroGradients();
            var loss = training.Losses(x[step], z[step], t, (Tensor)Declared.Call("FirstWeighed", "TeacherTime", t, 1), golden["in/labels"][step]).mean();
            ((double)loss.item<float>()).ShouldBe(wanted[step], 2.1e-5 * wanted.Max(), $"loss of step {step}");
            loss.backward();
            ((double)training.Weights.Gradients.norm().item<float>()).ShouldBe(norms[step], 2.1e-5 * norms.Max(), $"norm of the gradients in step {step}");
            training.Call("ClipGradients", 2.0);
            training.Optimizer.LearningRate = (double)training.Call("LearningRate", step)!;
            training.Optimizer.LearningRate.ShouldBe(golden["out/lr"].data<double>()[step], 1e-15);
            training.Averages[0].Rule.Decay(step, 3).ShouldBe(golden["out/ema_beta"].data<double>()[step], 1e-9);
            training.Optimizer.Step();
            training.Averages[0].Update(step);
        }

        CompareWeights(training.Weights, golden, "new/net/model.", 1e-5);
        CompareWeights(training.Averages[0].Weights, golden, "new/ema/model.", 1e-5);
    }

    // ln t ~ N(mean, std²), cut to [from, to], from even numbers.
    private static Tensor TruncatedSchedule(Tensor u, double mean, double deviation, double from, double to)
    {
        var ends = (special.ndtr(tensor((Math.Log(from) - mean) / deviation, float64)), special.ndtr(tensor((Math.Log(to) - mean) / deviation, float64)));
        return (mean + deviation * Math.Sqrt(2) * (2 * (ends.Item1 + u * (ends.Item2 - ends.Item1)) - 1).erfinv()).exp();
    }

    /// <summary>
    /// ln t = 0.2·T with T of Student's distribution, cut to [1, 80], from even numbers: with ln t = 0.02·sinh(v) the density of v is
    /// proportional to cosh(v)^−0.01.
    /// </summary>
    private static Tensor StudentTimes(Tensor u)
    {
        const int Cells = 200_000;
        var high = Math.Asinh(Math.Log(80) / 0.02);
        var sums = new double[Cells + 1];
        for (var i = 0; i < Cells; i++)
            sums[i + 1] = sums[i] + Math.Pow(Math.Cosh((i + 0.5) / Cells * high), -0.01);
        return tensor(u.data<double>().ToArray().Select(share =>
        {
            var wanted = share * sums[Cells];
            var found = Array.BinarySearch(sums, wanted);
            var cell = found < 0 ? ~found - 1 : found;
            return Math.Exp(0.02 * Math.Sinh((cell + (wanted - sums[cell]) / (sums[cell + 1] - sums[cell])) / Cells * high));
        }).ToArray());
    }

    private static void CompareWeights(ParameterStore weights, Golden golden, string prefix, double tolerance)
    {
        foreach (var spec in weights.Layout.Parameters)
        {
            var name = prefix + spec.Name["Unet.".Length..];
            Golden.ShouldMatch(BasesGoldenTests.Trained(weights[spec.Name], name), BasesGoldenTests.Trained(golden[name], name), tolerance, name);
        }
    }

    [Fact]
    public void The_coupling_of_the_guide_is_trained()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "own-coupling.md"));
        var blocks = CodeBlock().Matches(page).Select(match => match.Groups[1].Value).ToArray();
        var source = blocks[0].Replace("using CM.Dsl;\n", "using CM.Dsl;\nnamespace Test;\n");
        Source.Diagnose(source).ShouldBeEmpty();
        var written = Source.Generate(source)["Experiments/Test.Leant.g.cs"];
        foreach (var line in blocks[1].Split('\n', StringSplitOptions.RemoveEmptyEntries))
            written.ShouldContain(line.Trim());

        using var training = (ConsistencyTrainer)Activator.CreateInstance(TimesDeclared.Compile(source).Type("Leant+Trainer"), new TrainingSetup(600, 64, 1, CPU))!;
        var moons = new TwoMoons();
        var losses = Enumerable.Range(0, 600).Select(step =>
        {
            var values = new float[128];
            for (var i = 0; i < 64; i++)
                moons.Read(64 * step + i, values.AsSpan(2 * i, 2));
            using var data = tensor(values).view(64, 2);
            using var loss = training.Step(data, step);
            return (double)loss.item<float>();
        }).ToArray();
        losses[^150..].Average().ShouldBeLessThan(0.9 * losses[..30].Average());
        using var noise = randn(16, 2);
        using var samples = training.Sample(training.BestWeights, [noise, noise]);
        samples.shape.ShouldBe([16, 2]);
    }

    private static void Compare(ConsistencyTrainer training, Golden golden, Tensor losses, double tolerance, double normTolerance)
    {
        Golden.ShouldMatch(losses, golden["out64/per_sample"], tolerance, "losses");
        CompareMean(training, golden, losses, tolerance, normTolerance);
    }

    private static void CompareMean(ConsistencyTrainer training, Golden golden, Tensor losses, double tolerance, double normTolerance)
    {
        training.Weights.ZeroGradients();
        var loss = training.MeanOf(losses);
        Golden.ShouldMatch(loss.view(1), golden["out64/loss"], tolerance, "loss");
        loss.backward();
        training.GradientsShouldMatch(golden, "grad64_l2/net", "params_order", normTolerance, parameter => "Unet." + parameter["model.".Length..]);
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
