using System.Text.RegularExpressions;
using CM.Dsl;
using CM.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>GC and TCM on a small DDPM++: generated pairs, targets, losses and gradients against the reference implementations; and the coupling of the guide, trained.</summary>
public sealed partial class MethodsGoldenTests
{
    private const string Experiments = """
        [Coupling]
        public sealed partial record Induced
        {
            [Model(Weights.Ema)] public partial Part Generate { get; }
            [Coin(0, End = 0.8)] public partial Part Mix      { get; }

            private Pair Couple(Flow data, Flow noise, Times times) => new(Mix.Choose((data + times.Earlier * noise, times.Earlier) | Generate, data), noise);
        }

        [Experiment(Steps = 100_000, Batch = 5), Data<Pixels>, Model<Net>, Coupling<Induced>, Times<ImprovedTimes>]
        [PseudoHuber(0.00054 * 10.392304845413264), RAdam(1e-4), Ema(0.9999), Sample(80)]
        public partial record Gc;

        [Experiment, L2] public sealed partial record GcSquared : Gc;

        [Experiment(Steps = 1000, Batch = 8), Data<Pixels>, Model<Net>, Coupling<Independent>, Times<FirstTimes>]
        [PseudoHuber(1e-8), RAdam(1e-4), Ema(0.9999), Sample(80, 1)]
        public partial record TcmFirst;

        [Experiment, Times<FirstWeighed>, PseudoHuber(0.06)] public sealed partial record TcmFirstWeighed : TcmFirst;

        [Experiment, Times<SecondTimes>, StartFrom<TcmFirst>, Truncated(Boundary = 0.25, BoundaryWeight = 0.1)] public sealed partial record TcmSecond : TcmFirst;

        """;

    private const string Times = """
        [TimeSchedule(0.002, 80, Preconditioning = Preconditioning.Plain), LogNormal(-1.1, 2, Truncated = true)]
        public sealed partial record FirstTimes : ITimeSchedule
        {
            public static double Signal(double t) => 1;
            public static double Noise(double t) => t;
            public static int Stage(double progress) => (int)(10 * progress);
            public static double Earlier(double t, int stage) => Max(1e-6, t - t * (1 - Min(1 - Pow(2, -(stage + 1)), 0.999)) * (1 + 8 / (1 + Exp(t))));
            public static double Weight(double t, double r) => 1 / (t - r);
        }

        """;

    private static readonly TimesDeclared Declared = TimesDeclared.Compile(TimesTests.Improved + Times
        + Times.Replace("FirstTimes", "SecondTimes").Replace("(0.002, 80", "(1, 80").Replace("LogNormal(-1.1, 2, Truncated = true)", "LogStudentT(0, 0.2, 0.01)")
        + Times.Replace("FirstTimes", "FirstWeighed").Replace("-1.1, 2, T", "-0.8, 1.6, T").Replace("Pow(2", "Pow(4").Replace("0.999", "0.9961").Replace("1 / (t - r)", "(t * t + 0.25) / (t * t * 0.25)")
        + BasesGoldenTests.Net + Experiments);

    [Theory]
    [InlineData("L21_gc_mix50_ema", "Gc", 1e-5, 1e-5)]
    [InlineData("L24_gc_anneal_l2", "GcSquared", 3.5e-4, 7.9e-5)]
    public void Generator_induced_pairs_and_their_losses(string name, string experiment, double tolerance, double normTolerance)
    {
        var golden = new Golden(name);
        using var training = New(experiment);
        using var scope = NewDisposeScope();
        Fill(training.Weights, golden, "net/model.");
        Fill(training.Averages[0].Weights, golden, "ema/model.");
        var (t, r) = (golden["out64/sigma_hi"], golden["out64/sigma_lo"]);
        var pair = (System.Runtime.CompilerServices.ITuple)training.GetType().GetMethod("Couple")!.Invoke(training, [golden["in/x"], golden["in/eps"], r, golden["out/mask_generated"].to(ScalarType.Bool)])!;
        Golden.ShouldMatch((Tensor)pair[0]!, golden["out/endpoint"], 1e-5, "data end");
        Compare(training, golden, Losses(training, (Tensor)pair[0]!, (Tensor)pair[1]!, t, r), "out64/per_sample", losses => losses.mean(), tolerance, normTolerance);
    }

    [Theory]
    [InlineData("L30_tcm_stage1_cifar", "TcmFirst", "FirstTimes", 0, 3.4e-5, 1e-5)]
    [InlineData("L31_tcm_stage1_limit_cout", "TcmFirstWeighed", "FirstWeighed", 4, 1.6e-4, 1.2e-4)]
    public void The_first_stage(string name, string experiment, string schedule, int stage, double tolerance, double normTolerance)
    {
        var golden = new Golden(name);
        using var training = New(experiment);
        using var scope = NewDisposeScope();
        Fill(training.Weights, golden, "net/model.");
        TimesDeclared.ShouldAgree(Declared.At(schedule, "Earlier", golden["out/t"].data<double>().ToArray(), stage), golden["out/r"].data<double>().ToArray(), 1e-13, "r");
        Compare(training, golden, Losses(training, golden["in/x"], golden["in/eps"], golden["out/t"], golden["out/r"]), "out64/per_sample", losses => losses.mean(), tolerance, normTolerance);
    }

    [Fact]
    public void The_second_stage()
    {
        var golden = new Golden("L33_tcm_stage2_cifar");
        using var training = New("TcmSecond");
        using var scope = NewDisposeScope();
        Fill(training.Weights, golden, "net/model.");
        Fill(TruncationTests.Frozen(training), golden, "teacher/model.");
        TimesDeclared.ShouldAgree(Declared.At("SecondTimes", "Earlier", golden["out/t"].data<double>().ToArray(), 9), golden["out/r"].data<double>().ToArray(), 1e-13, "r");

        // Here the samples at the boundary come first.
        var boundary = golden["out/is_boundary"].data<long>().ToArray();
        var order = tensor(Enumerable.Range(0, boundary.Length).OrderByDescending(i => boundary[i]).Select(i => (long)i).ToArray());
        var losses = Losses(training, golden["in/x"].index_select(0, order), golden["in/eps"].index_select(0, order), golden["out/t"].index_select(0, order), golden["out/r"].index_select(0, order));
        Golden.ShouldMatch(losses.narrow(0, 0, 2), golden["out64/boundary_per_sample"], 1e-5, "losses at the boundary");
        Golden.ShouldMatch(losses.narrow(0, 2, 6), golden["out64/per_sample"], 1e-5, "the others");
        Compare(training, golden, losses, null, each => (Tensor)training.GetType().GetMethod("Mean")!.Invoke(null, [each])!, 1e-5, 1.6e-3);
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

        using var training = (Training)Activator.CreateInstance(TimesDeclared.Compile(source).Type("Leant+Training"), new TrainingSetup(600, 64, 1, CPU))!;
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

    private static void Compare(Training training, Golden golden, Tensor losses, string? each, Func<Tensor, Tensor> mean, double tolerance, double normTolerance)
    {
        if (each is not null)
            Golden.ShouldMatch(losses, golden[each], tolerance, "losses");
        training.Weights.ZeroGradients();
        var loss = mean(losses);
        Golden.ShouldMatch(loss.view(1), golden["out64/loss"], tolerance, "loss");
        loss.backward();
        var norms = tensor(golden.Texts("params_order").Select(name => training.Weights["Unet." + name["model.".Length..]].grad!.to(float64).norm().item<double>()).ToArray());
        Golden.ShouldMatch(norms, golden["grad64_l2/net"], normTolerance, "norms of the gradients");
    }

    private static Training New(string experiment) => (Training)Activator.CreateInstance(Declared.Type(experiment + "+Training"), new TrainingSetup(100_000, 8, 1, CPU))!;

    private static Tensor Losses(Training training, params object[] arguments) => (Tensor)training.GetType().GetMethod("Losses")!.Invoke(training, arguments)!;

    private static void Fill(ParameterStore weights, Golden golden, string prefix) =>
        golden.Fill(weights, [.. weights.Layout.Parameters.Select(spec => (spec.Name, prefix + spec.Name["Unet.".Length..], 0, 0))]);

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
