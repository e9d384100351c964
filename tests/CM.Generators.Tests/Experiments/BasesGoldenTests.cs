using System.Reflection;
using CM.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>
/// The bases, CT, iCT and ECT with both kernels, on a small DDPM++: generated losses, gradients, samples and steps of training against the
/// reference implementations.
/// </summary>
public sealed class BasesGoldenTests
{
    internal const string Net = """
        [Shape(3, 6, 6)]
        public sealed record Pixels : IExamples
        {
            public int Count => 1;
            public void Read(int index, System.Span<float> values) => values.Clear();
        }

        [Network]
        public sealed partial record Net : IDenoiser
        {
            [DdpmPlusPlus(6, 3, 8, ChannelMult = [1], NumBlocks = [1], AttnResolutions = [])] public partial Layer Unet { get; }

            [return: Shape("B", 3, 6, 6)]
            private Value Forward([Shape("B", 3, 6, 6)] Value x, [Shape("B")] Value level) => (x, level) | Unet;
        }

        """;

    // Every kernel and law of the cases.
    private static readonly string Schedules = TimesTests.Improved + TeacherTests.Times
        + TimesTests.Improved.Replace("IctSchedule", "ImprovedLinear").Replace("Alpha(double t) => 1;", "Alpha(double t) => 1 - t / 80;")
        + TeacherTests.Times.Replace("FirstSchedule", "WeighedFirst").Replace("public static double Weight(double t, double r) => 1;", "")
        + TimesTests.Easy.Replace("0.002", "0.003")
        + TimesTests.Linear.Replace("0.002", "0.003").Replace("sigma > 5 ? 1 : ", "")
        + TimesTests.Easy.Replace("0.002", "0.003").Replace("EctSchedule", "ConstantGap").Replace(" * (1 + 8 / (1 + Exp(t)))", "")
        + TimesTests.Easy.Replace("0.002", "0.003").Replace("EctSchedule", "HourSchedule").Replace("Pow(2, ", "Pow(256, ").Replace("(int)(8 * progress)", "0");

    private const string DroppedNets = """
        [Network]
        public sealed partial record DroppedNet : IDenoiser
        {
            [DdpmPlusPlus(6, 3, 8, ChannelMult = [1], NumBlocks = [1], AttnResolutions = [], Dropout = [0.5])] public partial Layer Unet { get; }

            [return: Shape("B", 3, 6, 6)]
            private Value Forward([Shape("B", 3, 6, 6)] Value x, [Shape("B")] Value level) => (x, level) | Unet;
        }

        [Network]
        public sealed partial record LightlyDroppedNet : IDenoiser
        {
            [DdpmPlusPlus(6, 3, 8, ChannelMult = [1], NumBlocks = [1], AttnResolutions = [], Dropout = [0.3])] public partial Layer Unet { get; }

            [return: Shape("B", 3, 6, 6)]
            private Value Forward([Shape("B", 3, 6, 6)] Value x, [Shape("B")] Value level) => (x, level) | Unet;
        }

        """;

    private const string Experiments = """
        [Experiment(Steps = 400_000, Batch = 4), Data<Pixels>, Model<Net>, Coupling<Independent>, Schedule<IctSchedule>]
        [PseudoHuber(0.00054 * 10.392304845413264, PerElement = true), RAdam(1e-3), MultistepSampler(80, 0.821)]
        public partial record Ict;

        [Experiment, Schedule<ImprovedLinear>] public sealed partial record IctLinear : Ict;
        [Experiment, Schedule<WeighedFirst>, L2] public sealed partial record Uniform : Ict;
        [Experiment(Steps = 100_000), PseudoHuber(0.00054 * 10.392304845413264), MultistepSampler(80)] public sealed partial record Gc : Ict;

        [Experiment(Steps = 800), PseudoHuber(0.00054 * 10.392304845413264), Lion(1e-4), EmaWarmUp(0.9999, Every = 5), MultistepSampler(80)] public sealed partial record GcLion : Ict;

        [Experiment(Steps = 400_000, Batch = 4), Data<Pixels>, Model<Net>, Coupling<Independent>, Schedule<EctSchedule>]
        [PseudoHuber(0), RAdam(1e-3), Ema(0.95), MultistepSampler(80, 0.821)]
        public partial record Ect;

        [Experiment, Schedule<LinearSchedule>] public sealed partial record EctLinear : Ect;
        [Experiment, Schedule<ConstantGap>, PseudoHuber(0.01)] public sealed partial record EctConstant : Ect;
        [Experiment, PseudoHuber(0.06)] public sealed partial record EctHuber : Ect;
        [Experiment, Schedule<HourSchedule>] public sealed partial record EctHour : Ect;
        [Experiment, MultistepSampler(80)] public sealed partial record EctOnce : Ect;

        [Experiment, Model<DroppedNet>] public sealed partial record EctDropped : Ect;
        [Experiment, Model<LightlyDroppedNet>] public sealed partial record IctDropped : Ict;

        [Experiment, Schedule<AlwaysPlain>, MultistepSampler(80, 0.821)] public sealed partial record Tcm : Ect;
        [Experiment, Schedule<AlwaysPlain>, MultistepSampler(80)] public sealed partial record TcmOnce : Ect;
        [Experiment, Schedule<AlwaysPlain>, MultistepSampler(80, 0.821, ReuseNoise = true)] public sealed partial record TcmFixed : Ect;
        [Experiment, Schedule<AlwaysPlain>, MultistepSampler(80, 5, 0.821, ReuseNoise = true)] public sealed partial record TcmFixedThrice : Ect;

        """;

    private static readonly TimesDeclared Declared = TimesDeclared.Compile(
        Schedules + TimesTests.Easy.Replace("EctSchedule", "AlwaysPlain").Replace("max: 80", "max: 80, Preconditioning = Preconditioning.Edm") + Net + DroppedNets + Experiments);

    /// <summary>Times, weighted losses and all gradients; <paramref name="progress"/> is the step of a grid, the stage otherwise.</summary>
    [Theory]
    [InlineData("L01_ict_ve", "Ict", "IctSchedule", 0, 1e-5, 1e-5, 3.9e-5)]
    [InlineData("L02_ict_cot", "IctLinear", "ImprovedLinear", 160_000, 6.5e-5, 1e-5, 1.3e-4)]
    [InlineData("L04_ict_last_stage_dropout", "IctDropped", "IctSchedule", 399_999, 8.7e-3, 2.1e-3, 1.1e-2)]
    [InlineData("L03_ict_l2_uniform", "Uniform", "WeighedFirst", 100_000, 2.3e-5, 1e-5, 7.2e-5)]
    [InlineData("L20_gc_baseline_ict", "Gc", "IctSchedule", 0, 1e-5, 1e-5, 2.2e-5)]
    [InlineData("L05_ecm_ve_stage0", "Ect", "EctSchedule", 0, 1e-5, 1e-5, 7.5e-5)]
    [InlineData("L07_ecm_cot", "EctLinear", "LinearSchedule", 2, 1.8e-5, 1.8e-5, 1.3e-4)]
    [InlineData("L08_ecm_const", "EctConstant", "ConstantGap", 1, 1e-5, 1e-5, 6.5e-5)]
    [InlineData("L09_ecm_all_r0", "Ect", "EctSchedule", 0, 1e-5, 1e-5, 2.9e-5)]
    [InlineData("L40_ect_stage0", "Ect", "EctSchedule", 0, 1e-5, 1e-5, 2.9e-5)]
    [InlineData("L41_ect_stage5_huber", "EctHuber", "EctSchedule", 5, 1.1e-5, 1.1e-5, 2.3e-4)]
    [InlineData("L42_ect_q256_const", "EctHour", "HourSchedule", 0, 8e-5, 8.9e-5, 1.9e-3)]
    public void Losses_and_gradients(string name, string experiment, string schedule, int progress, double tolerance, double normTolerance, double gradientTolerance)
    {
        var golden = new Golden(name);
        using var training = New(experiment, golden);
        using var scope = NewDisposeScope();
        var (t, r) = golden.Has("in/index") ? Intervals(golden, schedule, progress) : Drawn(golden, schedule, progress);
        var (later, earlier) = golden.Has("out64/sigma_hi") ? ("out64/sigma_hi", "out64/sigma_lo") : ("out64/t", "out64/r");
        Golden.ShouldMatch(t, golden[later], 1e-6, "t"); // the references draw in float32
        Golden.ShouldMatch(r, golden[earlier], 1e-6, "r");

        training.Weights.ZeroGradients();
        using var masks = golden.GiveMasks(training.Context);
        var losses = training.Losses(golden["in/x"], golden["in/eps"], golden[later], golden[earlier]);
        Golden.ShouldMatch(losses, golden["out64/per_sample"], tolerance, "losses");
        Golden.ShouldMatch(losses.mean().view(1), golden["out64/loss"], tolerance, "loss");
        losses.mean().backward();

        var order = golden.Texts("params_order");
        var norms = tensor(order.Select(parameter => training.Weights["Unet." + Plain(parameter)].grad!.to(float64).norm().item<double>()).ToArray());
        Golden.ShouldMatch(norms, golden["grad64_l2/net"], normTolerance, "norms of the gradients");
        foreach (var parameter in order.Where(parameter => golden.Has("grad/net/" + parameter)))
            Golden.ShouldMatch(training.Weights["Unet." + Plain(parameter)].grad!, golden["grad/net/" + parameter], gradientTolerance, parameter);
    }

    [Theory]
    [InlineData("P01_ict_ve_steps", "Ict", "out64/sample")]
    [InlineData("P02_ict_cot_steps", "IctLinear", "out64/sample")]
    [InlineData("P06_gc_one_step", "Gc", "out64/sample")]
    [InlineData("P08_ect_steps", "Ect", "out64/sample")]
    [InlineData("P08_ect_steps", "EctOnce", "out64/sample_one_step")]
    [InlineData("P07_tcm_steps", "Tcm", "out64/sample")]
    [InlineData("P07_tcm_steps", "TcmOnce", "out64/sample_one_step")]
    [InlineData("P07_tcm_steps", "TcmFixed", "out/sample_same_noise")]
    public void Samples(string name, string experiment, string wanted)
    {
        var golden = new Golden(name);
        using var training = New(experiment, golden);
        using var scope = NewDisposeScope();
        Golden.ShouldMatch(training.Sample(training.Weights, golden.Has("in/noise1") ? [golden["in/z"], golden["in/noise1"]] : [golden["in/z"]]), golden[wanted], 1e-5, name);
    }

    [Fact]
    public void The_same_noise_comes_back_at_every_time()
    {
        var golden = new Golden("P07_tcm_steps");
        using var training = New("TcmFixedThrice", golden);
        using var scope = NewDisposeScope();
        var (z, one, other) = (golden["in/z"], golden["in/noise1"], golden["in/z"] + 1);
        var fixedNoise = training.Sample(training.Weights, [z, one, other]);
        fixedNoise.eq(training.Sample(training.Weights, [z, one, one])).all().item<bool>().ShouldBeTrue();
        fixedNoise.eq(training.Sample(training.Weights, [z, other, other])).all().item<bool>().ShouldBeFalse();
    }

    /// <summary>f(x, min) = x wherever the preconditioning has the boundary, whatever the weights.</summary>
    [Theory]
    [InlineData("Ict", "Denoise", 0.002)]
    [InlineData("IctLinear", "Denoise", 0.002)]
    [InlineData("Ect", "DenoiseWhenSampling", 0.003)]
    [InlineData("EctLinear", "DenoiseWhenSampling", 0.003)]
    public void Nothing_changes_at_the_smallest_time(string experiment, string denoise, double from)
    {
        using var training = New(experiment, new Golden("L05_ecm_ve_stage0"));
        using var scope = NewDisposeScope();
        var x = randn(2, 3, 6, 6);
        var denoised = training.Denoise(training.Module(), x, full(2, from, dtype: ScalarType.Float64), method: denoise);
        denoised.eq(x).all().item<bool>().ShouldBeTrue("bit for bit");
    }

    /// <summary>Nine steps of ECT's training loop: RAdam and a constant average.</summary>
    [Fact]
    public void Steps_of_training()
    {
        var golden = new Golden("T07_ect_radam");
        using var training = New("Ect", golden);
        using var scope = NewDisposeScope();
        var (x, z, wanted) = (golden["in/images_u8"].to(float32) / 127.5f - 1, golden["in/eps"], golden["out64/loss"].data<double>().ToArray());
        var t = (golden["in/z_t"].to(float64) * 2 - 1.1).exp();
        for (var step = 0; step < wanted.Length; step++)
        {
            training.Weights.ZeroGradients();
            var loss = training.Losses(x[step], z[step], t[step], (Tensor)Declared.Call("EctSchedule", "TeacherTime", t[step], 2)).mean();
            ((double)loss.item<float>()).ShouldBe(wanted[step], 1e-5 * wanted.Max(), $"loss of step {step}");
            loss.backward();
            training.Optimizer.Step();
            training.Averages[0].Update(step);
        }

        foreach (var spec in training.Weights.Layout.Parameters)
        {
            var name = "model." + Plain(spec.Name["Unet.".Length..]);
            Golden.ShouldMatch(Trained(training.Weights[spec.Name], name), Trained(golden["new/net/" + name], name), 1e-5, name);
            Golden.ShouldMatch(Trained(training.Averages[0].Weights[spec.Name], name), Trained(golden["new/ema/" + name], name), 1e-5, name + ", averaged");
        }
    }

    /// <summary>
    /// Twelve steps of GC's training loop across a finer grid: Lion, and an average that warms up and predicts half of the data.
    /// </summary>
    [Fact]
    public void Steps_of_training_with_Lion()
    {
        var golden = new Golden("T03_gc_lion");
        using var training = New("GcLion", golden);
        using var scope = NewDisposeScope();
        var predictor = Activator.CreateInstance(Declared.Type("Net").GetNestedType("Module")!, (ParameterScope)training.Averages[0].Weights)!;
        var (wanted, agreed, all) = (golden["out64/loss"].data<double>().ToArray(), 0L, 0L);
        for (var step = 0; step < wanted.Length; step++)
        {
            var (x, z, index) = (golden["in/x"][step], golden["in/eps"][step], golden["in/index"][step]);
            var times = tensor((double[])Declared.Call("IctSchedule", "Times", (int)Declared.Call("IctSchedule", "Intervals", 95 + step, 800)));
            var (t, r) = (times.index_select(0, index + 1), times.index_select(0, index));
            Tensor predicted;
            using (no_grad())
                predicted = training.Denoise(predictor, x + r.to(float32).view(-1, 1, 1, 1) * z, r);
            var data = where(golden["in/mask_u"][step].gt(0.5).view(-1, 1, 1, 1), predicted, x);
            training.Weights.ZeroGradients();
            var loss = training.Losses(data, z, t, r).mean();
            ((double)loss.item<float>()).ShouldBe(wanted[step], 1e-5 * wanted.Max(), $"loss of step {step}");
            loss.backward();
            training.Optimizer.Step();
            training.Averages[0].Update(step);
            if (step + 1 == 2)
                Compare("new/net_snap/", training.Weights);
        }

        Compare("new/net/", training.Weights);
        Compare("new/ema/", training.Averages[0].Weights);
        (all - agreed).ShouldBeLessThanOrEqualTo(all / 1000, "a step goes by the sign, which rounding turns where a gradient is next to 0");

        void Compare(string prefix, ParameterStore weights)
        {
            foreach (var spec in weights.Layout.Parameters)
            {
                var name = "model." + spec.Name["Unet.".Length..];
                var (found, target) = (Trained(weights[spec.Name], name), Trained(golden[prefix + name], name));
                agreed += (found - target).abs().le(1e-5 * target.abs().max()).sum().item<long>();
                all += found.numel();
            }
        }
    }

    // Without the key part of a qkv bias: it has no gradient, and an optimiser amplifies its rounding errors.
    internal static Tensor Trained(Tensor parameter, string name) =>
        name.EndsWith("qkv.bias", StringComparison.Ordinal) ? parameter.detach().view(-1, 3).index_select(1, tensor(new long[] { 0, 2 })) : parameter.detach();

    [Fact]
    public void Student_and_teacher_share_the_dropout_of_a_U_Net()
    {
        using var training = New("EctDropped", new Golden("L05_ecm_ve_stage0"));
        using var scope = NewDisposeScope();
        manual_seed(3);
        var (x, z, t) = (randn(4, 3, 6, 6), randn(4, 3, 6, 6), tensor(new double[] { 0.5, 1, 2, 3 }));
        // So near that both see the same in float32; a millionth apart, the noise alone makes a distance of 10⁻⁵.
        Distance(t - 1e-12, 5, t).ShouldBeLessThan(1e-6);
        Distance(t - 1e-6, 5, t, 6).ShouldBeGreaterThan(0.1, "other masks");

        double Distance(Tensor r, int step, Tensor times, int? other = null)
        {
            if (other is not { } next)
                return (training.Losses(x, z, times, r, step: step) * (times - r)).max().item<double>();
            return (training.Target("TargetOrData", x, z, r, step: step) - training.Target("TargetOrData", x, z, r, step: next)).abs().max().item<float>();
        }
    }

    private static (Tensor T, Tensor R) Intervals(Golden golden, string schedule, int step)
    {
        var times = tensor((double[])Declared.Call(schedule, "Times", (int)Declared.Call(schedule, "Intervals", step, schedule == "IctSchedule" && golden.Has("out64/sigma_hi") ? 100_000 : 400_000)));
        var index = golden["in/index"];
        return (times.index_select(0, index + 1), times.index_select(0, index));
    }

    private static (Tensor T, Tensor R) Drawn(Golden golden, string schedule, int stage)
    {
        var t = (golden["in/z_t"].to(float64) * 2 - 1.1).exp();
        if (schedule == "LinearSchedule")
            t = t.clamp_max(80);
        return (t, (Tensor)Declared.Call(schedule, "TeacherTime", t, stage));
    }

    private static ConsistencyTrainer New(string experiment, Golden golden)
    {
        var training = (ConsistencyTrainer)Activator.CreateInstance(Declared.Type(experiment + "+Trainer"), new TrainingSetup(400_000, 4, 1, CPU))!;
        using var _ = no_grad();
        var weights = training.Weights;
        foreach (var (spec, parameter) in weights.Layout.Parameters.Select(spec => (spec, (Tensor)weights[spec.Name])).Concat(weights.Layout.Buffers.Select(spec => (spec, weights.Buffer(spec.Name)))))
        {
            var name = spec.Name["Unet.".Length..];
            if (!name.EndsWith("resample_filter", StringComparison.Ordinal))
                parameter.copy_(golden[((string[])["net/", "net/model."]).Select(prefix => prefix + name).Single(golden.Has)]);
        }

        foreach (var average in training.Averages)
            average.Weights.CopyFrom(weights);
        return training;
    }

    private static string Plain(string parameter) => parameter.StartsWith("model.", StringComparison.Ordinal) ? parameter["model.".Length..] : parameter;
}
