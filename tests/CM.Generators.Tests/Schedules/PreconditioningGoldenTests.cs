using CM.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>f(x, t) of networks inside their preconditioning, in training and in sampling, against the reference implementations.</summary>
public sealed class PreconditioningGoldenTests
{
    private const string Source = """
        [Shape(1, 28, 28)]
        public sealed record Greys : IExamples
        {
            public int Count => 1;
            public void Read(int index, System.Span<float> values) => values.Clear();
        }

        [Network]
        public sealed partial record GreyNet : IDenoiser
        {
            [DdpmPlusPlus(28, 1, 16, ChannelMult = [1, 1], NumBlocks = [1])] public partial Layer Unet { get; }

            [return: Shape("B", 1, 28, 28)]
            private Value Forward([Shape("B", 1, 28, 28)] Value x, [Shape("B")] Value level) => (x, level) | Unet;
        }

        [Shape(3, 16, 16), Classes(5)]
        public sealed record Sixteens : ILabelledExamples
        {
            public int Count => 1;
            public void Read(int index, System.Span<float> values) => values.Clear();
            public int Label(int index) => 0;
        }

        [Network]
        public sealed partial record MagnitudeNet : IDenoiser
        {
            [Edm2(16, 3, 8, LabelDim = 5, ChannelMult = [1, 1], NumBlocks = [1], AttnResolutions = [8], ChannelsPerHead = 4)] public partial Layer Unet { get; }

            [return: Shape("B", 3, 16, 16)]
            private Value Forward([Shape("B", 3, 16, 16)] Value x, [Shape("B")] Value level, [Shape("B", 5)] Value labels) => (x, level, labels) | Unet;
        }

        [Experiment(Steps = 10, Batch = 2), Data<Greys>, Model<GreyNet>, Coupling<Independent>, Schedule<BoundarySchedule>, L2, RAdam(1e-3), MultistepSampler(80)]
        public partial record Boundary;

        [Experiment, Schedule<PlainSchedule>] public sealed partial record Plain : Boundary;
        [Experiment, Schedule<LinearBoundarySchedule>] public sealed partial record LinearBoundary : Boundary;
        [Experiment, Schedule<LinearPlainSchedule>] public sealed partial record LinearPlain : Boundary;
        [Experiment, Schedule<TunedSchedule>, Data<Pixels>, Model<Net>] public sealed partial record Tuned : Boundary;
        [Experiment, Schedule<PlainSchedule>, Data<Sixteens>, Model<MagnitudeNet>] public sealed partial record Magnitudes : Boundary;

        """;

    private static readonly TimesDeclared Declared = TimesDeclared.Compile(Times("BoundarySchedule", "0.002", "Consistency") + Times("PlainSchedule", "0.002", "Edm")
        + Times("LinearBoundarySchedule", "0.002", "Consistency", "1 - t / 80") + Times("LinearPlainSchedule", "0.002", "Edm", "1 - t / 80")
        + Times("TunedSchedule", "0.003", "ConsistencyAtSampling") + BasesGoldenTests.Net + Source);

    /// <summary>Both kernels, plain and with the boundary.</summary>
    [Theory]
    [InlineData("Boundary", "out/D_ve_bc")]
    [InlineData("Plain", "out/D_ve_plain")]
    [InlineData("LinearBoundary", "out/D_cot_bc")]
    [InlineData("LinearPlain", "out/D_cot_plain")]
    public void Every_kernel_and_form(string experiment, string wanted)
    {
        var golden = new Golden("N02_ddpmpp_gray28");
        using var training = Declared.NewTraining(experiment);
        using var scope = NewDisposeScope();
        training.Weights.Fill(golden, ("Unet.", "net/"));
        Golden.ShouldMatch(Denoise(training, golden), golden[wanted], 1e-5, wanted);
    }

    /// <summary>ECT's: plain while training, with the boundary while sampling.</summary>
    [Theory]
    [InlineData("Denoise", "out64/D_x_train")]
    [InlineData("DenoiseWhenSampling", "out64/D_x_eval")]
    public void Training_and_sampling_differ(string method, string wanted)
    {
        var golden = new Golden("N14_ect_precond");
        using var training = Declared.NewTraining("Tuned");
        using var scope = NewDisposeScope();
        training.Weights.Fill(golden, ("Unet.", "net/model."));
        Golden.ShouldMatch(Denoise(training, golden, method), golden[wanted], 1e-5, wanted);
    }

    /// <summary>
    /// TCM's, over a network whose weights training brings to magnitude 1: results, the gradients of all parameters, and the weights
    /// afterwards.
    /// </summary>
    [Fact]
    public void A_network_that_preserves_magnitudes()
    {
        var golden = new Golden("N13_tcm_edm2unet");
        using var training = Declared.NewTraining("Magnitudes");
        using var scope = NewDisposeScope();
        training.Weights.Fill(golden, ("Unet.", "net/model."));
        var module = (nn.Module)training.Module();

        module.eval();
        var x = golden["in/x_t"].requires_grad_(true);
        training.Weights.ZeroGradients();
        var found = training.Denoise(module, x, golden["in/sigma"].to(float64), golden["in/labels"]);
        Golden.ShouldMatch(found, golden["out64/D_x"], 1e-5, "f(x, t)");
        (found * golden["in/w"]).mean().backward();
        Golden.ShouldMatch(x.grad!, golden["out64/dloss_dx"], 1e-5, "gradient of x");
        training.GradientsShouldMatch(golden, "grad64_l2/net", "params_order", 1e-5, parameter => "Unet." + parameter["model.".Length..]);

        module.train();
        Golden.ShouldMatch(Denoise(training, golden), golden["out64/D_x_train"], 1e-5, "f(x, t) while training");
        foreach (var spec in training.Weights.Layout.Parameters)
        {
            var name = "new/net_after_train_forward/model." + spec.Name["Unet.".Length..];
            if (golden.Has(name))
                Golden.ShouldMatch(training.Weights[spec.Name], golden[name], 1e-5, name);
        }
    }

    private static Tensor Denoise(ConsistencyTrainer training, Golden golden, string method = "Denoise") =>
        training.Denoise(training.Module(), golden["in/x_t"], golden["in/sigma"].to(float64), golden.Has("in/labels") ? golden["in/labels"] : null, method);

    private static string Times(string name, string from, string preconditioning, string signal = "1") => $$"""
        [TimeSchedule({{from}}, 80, Preconditioning = Preconditioning.{{preconditioning}}), LogNormal(-1.1, 2)]
        public sealed partial record {{name}} : ITimeSchedule
        {
            public static double Alpha(double t) => {{signal}};
            public static double Sigma(double t) => t;
            public static double TeacherTime(double t, int stage) => t / 2;
        }

        """;
}
