using CM.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>Couplings, run: against reference implementations and against exact facts.</summary>
public sealed class CouplingsGoldenTests
{
    private const string Mlp = """
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

        """;

    private const string Variational = Mlp + """
        [Network]
        public sealed partial record Encoder
        {
            [Linear(2, 32)]          public partial Layer In        { get; }
            [Linear(64, 32)]         public partial Layer First     { get; }
            [Linear(32, 32)]         public partial Layer Second    { get; }
            [Linear(32, 2)]          public partial Layer Mean      { get; }
            [Linear(32, 2)]          public partial Layer Raw       { get; }

            [return: Shape("B", 2), Shape("B", 2)]
            private Value Forward([Shape("B", 2)] Value x, [Shape("B")] Value level)
            {
                var hidden = Value.Cat(2 * x | In | GELU, level | PositionalEmbedding(32)) | First | GELU | Second | GELU;
                return (hidden | Mean, hidden | Raw | Softplus);
            }
        }

        [Coupling]
        public sealed partial record VariationalNoise
        {
            [Block<Encoder>]               public partial Layer Encode { get; }
            [KlToStandardNormal(weight: 5)] public partial Layer Kl    { get; }

            private Pair Couple(Value data, Value noise, TimePair times)
            {
                var (mean, deviation) = (data, 0 * times.T) | Encode;
                return new Pair(data, mean + deviation * noise) { Regularization = (mean, deviation) | Kl };
            }
        }

        [TimeSchedule(0.002, 80), LogNormal(-1.1, 2)]
        public sealed partial record FadingSchedule : ITimeSchedule
        {
            private static readonly double Low = Pow(0.002, 1 / 7.0), High = Pow(80, 1 / 7.0);

            public static double Alpha(double t) => 1 - t / 80;
            public static double Sigma(double t) => t;
            public static double Discretization(double u) => Pow(Low + u * (High - Low), 7);
            public static int Intervals(int step, int steps) => 80;
        }

        [Experiment(Steps = 400_000, Batch = 16), Data<TwoMoons>, Model<Mlp>, Coupling<VariationalNoise>, Schedule<FadingSchedule>]
        [PseudoHuber(0.00054 * 1.4142135623730951, PerElement = true), Adam(1e-3), Ema(0.9), MultistepSampler(80, 0.821)]
        public sealed partial record Fading;
        """;

    private const string Induced = Mlp + """
        [Coupling]
        public sealed partial record GeneratorInduced
        {
            [Model(Weights.Ema)] public partial Layer Generate { get; }
            [Bernoulli(0.5)]          public partial Layer Mix      { get; }

            private Pair Couple(Value data, Value noise, TimePair times) =>
                new(Mix.Select((data + times.R * noise, times.R) | Generate, data), noise);
        }

        [TimeSchedule(0.001, 5), LogNormal(-1.1, 2)]
        public sealed partial record ShortSchedule : ITimeSchedule
        {
            private static readonly double Low = Pow(0.001, 1 / 7.0), High = Pow(5, 1 / 7.0);

            public static double Alpha(double t) => 1;
            public static double Sigma(double t) => t;
            public static double Discretization(double u) => Pow(Low + u * (High - Low), 7);
            public static int Intervals(int step, int steps) => Min(10 << (step / 2313), 100);
        }

        [Experiment(Steps = 10_000, Batch = 32), Data<TwoMoons>, Model<Mlp>, Coupling<GeneratorInduced>, Schedule<ShortSchedule>, L2, Adam(5e-5), Ema(0.9), MultistepSampler(5)]
        public sealed partial record Generated;

        """;

    private static readonly (string Parameter, string Key)[] Shared =
        [("In", "net_0.0"), ("First", "net_1.0"), ("Second", "net_1.2")];

    [Fact]
    public void A_variational_coupling_is_the_reference()
    {
        var golden = new Golden("L16_vct_2d");
        using var training = New(Variational, "Fading", 400_000, 16);
        golden.Fill(training.Weights, [.. Variationals()]);
        training.Weights.ZeroGradients();
        using var scope = NewDisposeScope();
        var (data, t, r) = (golden["in/x"], golden["out64/t"], golden["out64/r"]);

        var pair = training.Couple(data, golden["in/eps"], t, step: 160_000);
        Golden.ShouldMatch(pair[1], golden["out/noise_used"], 1e-5, "noise");
        var losses = training.Losses(pair[0], pair[1], t, r);
        using var weighted = golden["out64/kl"] * golden["out64/kl_scale"];
        Golden.ShouldMatch(pair[2], weighted, 1e-5, "regularization");
        Golden.ShouldMatch(losses + pair[2], golden["out64/per_sample"], 1e-5, "losses");
        var loss = (losses + pair[2]).mean();
        Golden.ShouldMatch(loss.view(1), golden["out64/loss"], 1e-5, "loss");

        loss.backward();
        foreach (var (parameter, tensor, from, count) in Variationals())
        {
            var wanted = golden["grad/" + tensor];
            Golden.ShouldMatch(training.Weights[parameter].grad!, count == 0 ? wanted : wanted.narrow(0, from, count), GradientTolerance, parameter);
        }
    }

    [Fact]
    public void The_second_step_of_the_sampler_takes_the_encoders_noise()
    {
        var golden = new Golden("P05_vct_2d");
        using var training = New(Variational, "Fading", 400_000, 16);
        golden.Fill(training.Averages[0].Weights, [.. Variationals()]);
        using var scope = NewDisposeScope();
        Golden.ShouldMatch(training.Sample(training.BestWeights, [golden["in/z"], golden["in/noise1"]]), golden["out64/sample"], 1e-5, "samples of the averaged weights, encoder included");
    }

    [Fact]
    public void The_average_and_the_optimiser_take_the_encoder_along()
    {
        using var training = New(Variational, "Fading", 10, 16);
        using var scope = NewDisposeScope();
        manual_seed(2);
        var before = training.Weights["Encode.Mean.weight"].clone();
        using var loss = training.Step(randn(16, 2), 0);
        var moved = training.Weights["Encode.Mean.weight"] - before;
        moved.abs().max().item<float>().ShouldBeGreaterThan(1e-4f);
        Golden.ShouldMatch(training.Averages[0].Weights["Encode.Mean.weight"] - before, 0.1 * moved, 1e-3, "decay 0.9");
    }

    [Theory]
    [InlineData(0.5, 2.0)]
    [InlineData(-1.0, 0.1)]
    public void The_penalty_is_the_divergence_in_closed_form(double mean, double deviation)
    {
        using var training = New(Variational.Replace("weight: 5", "weight: 3, Constant = true"), "Fading", 10, 4);
        using var scope = NewDisposeScope();
        training.Weights.Values.zero_();
        using (no_grad())
        {
            training.Weights["Encode.Mean.bias"].fill_(mean);
            training.Weights["Encode.Raw.bias"].fill_(Math.Log(Math.Exp(deviation) - 1));
        }

        var pair = training.Couple(zeros(4, 2), ones(4, 2), ones(4, dtype: ScalarType.Float64));
        pair[1].data<float>().ToArray().ShouldAllBe(value => Math.Abs(value - mean - deviation) < 1e-6);
        var divergence = 2 * (0.5 * (mean * mean + deviation * deviation - 1) - Math.Log(deviation));
        pair[2].data<float>().ToArray().ShouldAllBe(value => Math.Abs(value - 3 * divergence) < 1e-5);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("public static double Weight(double t, double r) => 1 / (t * t);", 0)]
    public void For_continuous_times_the_penalty_weighs_like_the_largest_time(string weight, int isDefault)
    {
        using var training = New(Variational.Replace("Schedule<FadingSchedule>", "Schedule<Ecm>") + $$"""
            [TimeSchedule(0.002, 80), LogNormal(-1.1, 2)]
            public sealed partial record Ecm : ITimeSchedule
            {
                public static double Alpha(double t) => 1;
                public static double Sigma(double t) => t;
                public static int Stage(double progress) => (int)(8 * progress);
                public static double TeacherTime(double t, int stage) => Max(0, t - t * Pow(2, -(stage + 1)) * (1 + 8 / (1 + Exp(t))));
                {{weight}}
            }
            """, "Fading", 8, 4);
        using var scope = NewDisposeScope();
        var one = ones(4, dtype: ScalarType.Float64);
        var (early, late) = (training.Couple(ones(4, 2), ones(4, 2), one, step: 0), training.Couple(ones(4, 2), ones(4, 2), one, step: 7));
        var ratio = (late[2] / early[2]).data<float>()[0];
        ((double)ratio).ShouldBe(isDefault == 1 ? 128 : 1, 1e-3, "the last stage has the first one's interval, halved seven times");
    }

    [Fact]
    public void A_generator_induced_coupling_is_the_reference()
    {
        var golden = new Golden("T04_gc_toy2d");
        using var training = New(Induced, "Generated", 10_000, 32);
        golden.Fill(training.Weights, [.. Plain("net/model.")]);
        var average = training.Averages[0].Weights;
        average.CopyFrom(training.Weights);
        var (initial, weights) = (training.Weights.Values.clone(), training.Weights);
        using var scope = NewDisposeScope();
        var (x, z, index, wanted) = (golden["in/x"], golden["in/eps"], golden["in/index"], golden["out64/loss"].data<double>().ToArray());
        var low = Math.Pow(0.001, 1 / 7.0);
        for (var step = 0; step < 8; step++)
        {
            var cuts = Math.Min(10 << ((2308 + step) / 2313), 100);
            var lower = index[step].data<long>().ToArray();
            var (t, r) = (tensor(Array.ConvertAll(lower, i => Sigma(i + 1))), tensor(Array.ConvertAll(lower, i => Sigma(i))));
            weights.ZeroGradients();
            var pair = training.Couple(x[step], z[step], t, r, heads: ones(32, dtype: ScalarType.Bool));
            pair[0].requires_grad.ShouldBeFalse("the predictor is never differentiated");
            var loss = training.Losses(pair[0], pair[1], t, r).mean();
            loss.item<float>().ShouldBe((float)wanted[step], (float)(1e-5 * wanted.Max()), $"loss of step {step}");
            loss.backward();
            if (step == 0)
            {
                foreach (var (parameter, tensor, _, _) in Plain("grad/net/model."))
                    Golden.ShouldMatch(weights[parameter].grad!, golden[tensor], 1.3e-5, parameter);
            }

            training.Optimizer.Step();

            // ema-pytorch with an update every second step: the first two copy, then the decay warms up.
            if (step % 2 != 0)
                continue;
            using var frozen = no_grad();
            var decay = step <= 2 ? 0 : 1 - Math.Pow(1 + step, -2.0 / 3);
            average.Values.mul_(decay).add_(weights.Values, 1 - decay);

            double Sigma(long i) => Math.Pow(low + (double)i / cuts * (Math.Pow(5, 1 / 7.0) - low), 7);
        }

        foreach (var (parameter, tensor, _, _) in Plain("new/net/model."))
            Golden.ShouldMatch(weights[parameter], golden[tensor], 1e-5, parameter);
        initial.Dispose();
    }

    [Fact]
    public void Without_heads_every_step_is_that_of_independent_noise_bit_for_bit()
    {
        var declared = TimesDeclared.Compile(Induced.Replace("Bernoulli(0.5)", "Bernoulli(0)").Replace("sealed partial record Generated;", "partial record Generated;")
            + "[Experiment, Coupling<Independent>] public sealed partial record Plain : Generated;");
        var (generated, plain) = (Run("Generated"), Run("Plain"));
        generated.Losses.ShouldBe(plain.Losses);
        generated.Weights.ShouldBe(plain.Weights);

        (float[] Losses, float[] Weights) Run(string experiment)
        {
            using var training = (ConsistencyTrainer)Activator.CreateInstance(declared.Type(experiment + "+Trainer"), new TrainingSetup(100, 8, 1, CPU))!;
            manual_seed(4);
            using var data = randn(8, 2);
            var losses = new float[5];
            for (var step = 0; step < losses.Length; step++)
            {
                using var loss = training.Step(data, step);
                losses[step] = loss.item<float>();
            }

            return (losses, training.Weights.Values.data<float>().ToArray());
        }
    }

    [Fact]
    public void Tails_keep_their_data_and_heads_do_not()
    {
        using var training = New(Induced, "Generated", 100, 4);
        using var scope = NewDisposeScope();
        manual_seed(6);
        var (data, noise, r) = (randn(4, 2), randn(4, 2), full(4, 0.7, dtype: ScalarType.Float64));
        var mixed = training.Couple(data, noise, r, r, heads: tensor(new[] { true, false, true, false }))[0];
        var all = training.Couple(data, noise, r, r, heads: ones(4, dtype: ScalarType.Bool))[0];
        for (var i = 0; i < 4; i++)
            Golden.ShouldMatch(mixed[i], (i % 2 == 0 ? all : data)[i], i % 2 == 0 ? 1e-6 : 0, $"sample {i}");
        (all - data).abs().min().item<float>().ShouldBeGreaterThan(0);
    }

    private const double GradientTolerance = 1e-4;

    private static IEnumerable<(string Parameter, string Tensor, int From, int Count)> Variationals() =>
        Plain("net/").Concat(Shared.SelectMany(pair => Both("Encode." + pair.Parameter, "enc/" + pair.Key)))
            .Concat(Both("Encode.Mean", "enc/net_1.4", 0, 2)).Concat(Both("Encode.Raw", "enc/net_1.4", 2, 2));

    private static IEnumerable<(string Parameter, string Tensor, int From, int Count)> Plain(string prefix) =>
        Shared.Append(("Out", "net_1.4")).SelectMany(pair => Both(pair.Item1, prefix + pair.Item2));

    private static IEnumerable<(string Parameter, string Tensor, int From, int Count)> Both(string layer, string key, int from = 0, int count = 0) =>
        [(layer + ".weight", key + ".weight", from, count), (layer + ".bias", key + ".bias", from, count)];

    private static ConsistencyTrainer New(string source, string experiment, int steps, int batch) =>
        (ConsistencyTrainer)Activator.CreateInstance(TimesDeclared.Compile(source).Type(experiment + "+Trainer"), new TrainingSetup(steps, batch, 1, CPU))!;
}
