using CM.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>
/// VCT on iCT and on ECM, with encoders that are U-Nets: noise, regularization, losses, gradients of both networks, samples and steps of
/// training against the reference implementation.
/// </summary>
public sealed class VariationalGoldenTests
{
    private const string Declarations = """
        [Network]
        public sealed partial record Encoder
        {
            [DdpmPlusPlus(6, 3, 8, OutChannels = 6, ChannelMult = [1], NumBlocks = [1], AttnResolutions = [])] public partial Layer Unet { get; }

            [return: Shape("B", 3, 6, 6), Shape("B", 3, 6, 6)]
            private Value Forward([Shape("B", 3, 6, 6)] Value x)
            {
                var both = (2 * x, x | ZerosLike) | Unet;
                return (both | SliceChannels(0, 3), both | SliceChannels(3, 3) | Softplus);
            }
        }

        [Coupling]
        public sealed partial record Varied
        {
            [Block<Encoder>]                 public partial Layer Encode { get; }
            [KlToStandardNormal(weight: 30)] public partial Layer Kl     { get; }

            private Pair Couple(Value data, Value noise)
            {
                var (mean, deviation) = data | Encode;
                return new Pair(data, mean + deviation * noise) { Regularization = (mean, deviation) | Kl };
            }
        }

        [Experiment(Steps = 400_000, Batch = 4), Data<Pixels>, Model<Net>, Coupling<Varied>, Schedule<IctSchedule>]
        [PseudoHuber(0.00054 * 10.392304845413264, PerElement = true), RAdam(1e-3), ClipGradNorm(200), Ema(0.9), MultistepSampler(80, 0.821)]
        public partial record Vct;

        [Experiment, Schedule<ImprovedLinear>] public sealed partial record VctLinear : Vct;

        """;

    private const string Easy = """
        [Coupling]
        public sealed partial record Gentle
        {
            [Block<Encoder>]                 public partial Layer Encode { get; }
            [KlToStandardNormal(weight: 10)] public partial Layer Kl     { get; }

            private Pair Couple(Value data, Value noise)
            {
                var (mean, deviation) = data | Encode;
                return new Pair(data, mean + deviation * noise) { Regularization = (mean, deviation) | Kl };
            }
        }

        [Experiment, Coupling<Gentle>, Schedule<EctSchedule>, PseudoHuber(0)] public sealed partial record VctEasy : Vct;

        """;

    private static readonly TimesDeclared Declared = TimesDeclared.Compile(TimesTests.Improved
        + TimesTests.Improved.Replace("IctSchedule", "ImprovedLinear").Replace("Alpha(double t) => 1;", "Alpha(double t) => 1 - t / 80;")
        + TimesTests.Easy.Replace("0.002", "0.003")
        + BasesGoldenTests.Net + Declarations + Easy);

    private static readonly (string, string)[] Networks = [("Unet.", "net/"), ("Encode.Unet.", "enc/")];

    [Theory]
    [InlineData("L10_vct_ict_ve", "Vct", 0, 1e-5, 1e-5)]
    [InlineData("L11_vct_ict_cot", "VctLinear", 220_000, 1.4e-4, 5.8e-5)]
    [InlineData("L12_vct_ecm_ve", "VctEasy", 60_000, 1e-5, 1e-5)]
    public void Noise_losses_and_gradients(string name, string experiment, int step, double tolerance, double normTolerance)
    {
        var golden = new Golden(name);
        using var training = Declared.NewTraining(experiment);
        using var scope = NewDisposeScope();
        training.Weights.Fill(golden, Networks);
        var (t, r) = Times(experiment, step, golden.Has("in/index") ? golden["in/index"] : golden["in/z_t"], 400_000);
        Golden.ShouldMatch(t, golden["out64/t"], 1e-6, "t");
        Golden.ShouldMatch(r, golden["out64/r"], 1e-6, "r");

        training.Weights.ZeroGradients();
        var pair = training.Couple(golden["in/x"], golden["in/eps"], step: step);
        Golden.ShouldMatch(pair[1], golden["out/noise_used"], 1e-5, "noise");
        Golden.ShouldMatch(pair[2], golden["out64/kl"] * golden[golden.Has("out64/kl_scale") ? "out64/kl_scale" : "out/kl_scale"], 1e-5, "regularization");
        var losses = training.Losses(pair[0], pair[1], golden["out64/t"], golden["out64/r"]) + pair[2];
        Golden.ShouldMatch(losses, golden["out64/per_sample"], tolerance, "losses");
        var loss = losses.mean();
        Golden.ShouldMatch(loss.view(1), golden["out64/loss"], tolerance, "loss");

        loss.backward();
        training.GradientsShouldMatch(golden, "grad64_l2/net", "params_order", normTolerance, parameter => "Unet." + parameter);
        training.GradientsShouldMatch(golden, "grad64_l2/enc", "params_order_enc", normTolerance, parameter => "Encode.Unet." + parameter);
    }

    [Fact]
    public void The_second_step_of_the_sampler_takes_the_encoders_noise()
    {
        var golden = new Golden("P03_vct_ve_steps");
        using var training = Declared.NewTraining("Vct");
        using var scope = NewDisposeScope();
        training.Averages[0].Weights.Fill(golden, Networks);
        Golden.ShouldMatch(training.Sample(training.BestWeights, [golden["in/z"], golden["in/noise1"]]), golden["out64/sample"], 1e-5, "samples");
    }

    /// <summary>Ten steps of the training loop across a finer grid: RAdam, a bound for the gradients, a constant average.</summary>
    [Fact]
    public void Steps_of_training()
    {
        var golden = new Golden("T01_vct_ict_radam");
        using var training = Declared.NewTraining("Vct", steps: 800);
        using var scope = NewDisposeScope();
        training.Weights.Fill(golden, Networks);
        training.Averages[0].Weights.CopyFrom(training.Weights);
        var (wanted, norms) = (golden["out64/loss"].data<double>().ToArray(), golden["out64/grad_norm"].data<double>().ToArray());
        for (var i = 0; i < wanted.Length; i++)
        {
            var step = 95 + i;
            training.Weights.ZeroGradients();
            var pair = training.Couple(golden["in/x"][i], golden["in/eps"][i], step: step);
            var (t, r) = Times("Vct", step, golden["in/index"][i], 800);
            var loss = (training.Losses(pair[0], pair[1], t, r) + pair[2]).mean();
            ((double)loss.item<float>()).ShouldBe(wanted[i], 1e-5 * wanted.Max(), $"loss of step {step}");
            loss.backward();
            ((double)training.Weights.Gradients.norm().item<float>()).ShouldBe(norms[i], 1e-4 * norms[i], $"norm of the gradients in step {step}");
            training.Call("ClipGradients", 200.0);
            training.Optimizer.Step();
            training.Averages[0].Update(step);
        }

        foreach (var spec in training.Weights.Layout.Parameters)
        {
            var isEncoder = spec.Name.StartsWith("Encode.", StringComparison.Ordinal);
            var parameter = spec.Name[spec.Name.IndexOf("Unet.", StringComparison.Ordinal)..]["Unet.".Length..];
            Compare(training.Weights[spec.Name], $"new/model/{(isEncoder ? "encoder" : "net")}.{parameter}");
            if (!isEncoder)
                Compare(training.Averages[0].Weights[spec.Name], $"new/ema/net.{parameter}");
        }

        void Compare(Tensor found, string tensor) => Golden.ShouldMatch(BasesGoldenTests.Trained(found, tensor), BasesGoldenTests.Trained(golden[tensor], tensor), 1e-5, tensor);
    }

    /// <summary>From the indices of intervals, or from standard normal numbers.</summary>
    private static (Tensor T, Tensor R) Times(string experiment, int step, Tensor drawn, int steps)
    {
        if (drawn.dtype != ScalarType.Int64)
        {
            var t = (drawn.to(float64) * 2 - 1.1).exp();
            return (t, (Tensor)Declared.Call("EctSchedule", "TeacherTime", t, (int)Declared.Call("EctSchedule", "Stage", (double)step / steps)));
        }

        var grid = experiment == "VctLinear" ? "ImprovedLinear" : "IctSchedule";
        var times = tensor((double[])Declared.Call(grid, "Times", (int)Declared.Call(grid, "Intervals", step, steps)));
        return (times.index_select(0, drawn + 1), times.index_select(0, drawn));
    }
}
