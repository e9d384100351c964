using CM.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>Truncated consistency models: their distributions of times, their two stages, what is said about mistakes.</summary>
public sealed class TruncationTests
{
    private const string Times = """
        [TimeSchedule(0.002, 80, Preconditioning = Preconditioning.Edm), LogNormal(-1.1, 2, Truncated = true)]
        public sealed partial record FirstSchedule : ITimeSchedule
        {
            public static double Alpha(double t) => 1;
            public static double Sigma(double t) => t;
            public static int Stage(double progress) => (int)(12 * progress);
            public static double TeacherTime(double t, int stage) => Max(1e-6, t - t * (1 - Min(1 - Pow(2, -(stage + 1)), 0.999)) * (1 + 8 / (1 + Exp(t))));
            public static double Weight(double t, double r) => 1 / (t - r);
        }

        [TimeSchedule(1, 80, Preconditioning = Preconditioning.Edm), LogStudentT(mean: 0, scale: 0.2, degreesOfFreedom: 0.01)]
        public sealed partial record SecondSchedule : ITimeSchedule
        {
            public static double Alpha(double t) => 1;
            public static double Sigma(double t) => t;
            public static double TeacherTime(double t, int stage) => t - 0.25 * t;
            public static double Weight(double t, double r) => 1 / (t - r);
        }

        """;

    private const string Stages = """
        [Experiment(Steps = 100, Batch = 8, Seed = 1), Data<TwoMoons>, Model<MoonsDenoiser>, Coupling<Independent>, Schedule<FirstSchedule>]
        [PseudoHuber(0.01), RAdam(1e-3), Ema(0.9), MultistepSampler(80, 0.8)]
        public partial record First : Shared;

        [Experiment(Steps = 200), InitFrom<First>(ContinueSteps = true), Truncated, Schedule<SecondSchedule>, MultistepSampler(80, 1)]
        public sealed partial record Second : First;

        """;

    private const string All = Times + ExperimentsTests.Network + "[Experiment] public abstract partial record Shared;\n" + Stages;

    /// <summary>The same with dropout, a coupling that predicts, and a teacher's time that can be 0.</summary>
    internal const string Mixed = Times + ExperimentsTests.Network + """
        [Network]
        public sealed partial record Forgetful : IDenoiser
        {
            [Linear(2, 16)] public partial Layer In     { get; }
            [Dropout(0.5)]  public partial Layer Forget { get; }
            [Linear(16, 2)] public partial Layer Out    { get; }

            [return: Shape("B", 2)]
            private Value Forward([Shape("B", 2)] Value x, [Shape("B")] Value level) => ((x | In) + level) | Forget | Out;
        }

        [Coupling]
        public sealed partial record Induced
        {
            [Model(Weights.Ema)] public partial Layer Generate { get; }
            [Bernoulli(0.5)]          public partial Layer Mix      { get; }

            private Pair Couple(Value data, Value noise, TimePair times) => new(Mix.Select((data + times.R * noise, times.R) | Generate, data), noise);
        }

        [TimeSchedule(1, 80, Preconditioning = Preconditioning.Edm), LogNormal(0, 1, Truncated = true)]
        public sealed partial record WideSchedule : ITimeSchedule
        {
            public static double Alpha(double t) => 1;
            public static double Sigma(double t) => t;
            public static double TeacherTime(double t, int stage) => t > 2 ? t / 2 : t > 1.5 ? 0.5 : 0;
        }

        [Experiment(Steps = 100, Batch = 8, Seed = 1), Data<TwoMoons>, Model<Forgetful>, Coupling<Induced>, Schedule<FirstSchedule>, L2, RAdam(1e-3), Ema(0.9), MultistepSampler(80)]
        public partial record First;

        [Experiment, InitFrom<First>, Truncated(BoundaryFraction = 0.5, BoundaryWeight = 1), Schedule<WideSchedule>]
        public partial record Second : First;

        [Experiment, Model<MoonsDenoiser>] public partial record PlainFirst : First;
        [Experiment, Model<MoonsDenoiser>, InitFrom<PlainFirst>] public sealed partial record PlainSecond : Second;
        """;

    [Fact]
    public void Right_stages_are_left_alone()
    {
        Source.Diagnose(All).ShouldBeEmpty();
        Source.Diagnose(Mixed).ShouldBeEmpty();
    }

    [Fact]
    public Task The_second_stage_becomes_code() => Snapshot.Match(Source.Generate(All)["Experiments/Test.Second.g.cs"], "Experiments.Truncated");

    [Fact]
    public Task With_dropout_both_networks_see_their_rows_of_the_masks() => Snapshot.Match(Source.Generate(Mixed)["Experiments/Test.Second.g.cs"], "Experiments.TruncatedDropout");

    [Theory]
    [InlineData("Steps = 200", "Steps = 100", "CM5010 at 'InitFrom<First>(ContinueSteps = true)': 'Second' cannot use a run of 'First': that ends at step 100, and steps are counted on")]
    [InlineData("InitFrom<First>(ContinueSteps = true)", "InitFrom<Second>", "CM5010 at 'InitFrom<Second>': 'Second' cannot use a run of 'Second': it would need a run of its own")]
    [InlineData("InitFrom<First>(ContinueSteps = true)", "InitFrom<TwoMoons>", "CM5010 at 'InitFrom<TwoMoons>': 'Second' cannot use a run of 'TwoMoons': it is no experiment")]
    [InlineData("InitFrom<First>(ContinueSteps = true)", "InitFrom<Shared>", "CM5010 at 'InitFrom<Shared>': 'Second' cannot use a run of 'Shared': it is abstract")]
    [InlineData("InitFrom<First>(ContinueSteps = true), Truncated", "Frozen<First>", "CM5010 at 'Frozen<First>': 'Second' cannot use a run of 'First': nothing takes its frozen weights")]
    [InlineData("InitFrom<First>(ContinueSteps = true), Truncated, Schedule<SecondSchedule>", "Truncated, Schedule<SecondSchedule>", "CM5011 at 'Truncated': 'Second' cannot be truncated: below its times it needs the weights of a first stage; add [InitFrom<T>]")]
    [InlineData("Truncated, Schedule", "Truncated(BoundaryFraction = 1), Schedule", "CM5008 at 'Truncated(BoundaryFraction = 1)': BoundaryFraction is 1 but must be from 0 up to, but not including, 1")]
    [InlineData("Truncated, Schedule", "Truncated(BoundaryWeight = -1), Schedule", "CM5008 at 'Truncated(BoundaryWeight = -1)': BoundaryWeight is -1 but must be 0 or more")]
    [InlineData("MultistepSampler(80, 1)", "MultistepSampler(80, 0.8)", "CM5009 at 'MultistepSampler(80, 0.8)': In this experiment the sampling time 0.8 lies outside the times of SecondSchedule, 1 to 80")]
    [InlineData("[TimeSchedule(1, 80, Preconditioning = Preconditioning.Edm)", "[TimeSchedule(1, 80)", "CM5011 at 'Truncated': 'Second' cannot be truncated: 'SecondSchedule' makes f(x, 1) = x")]
    [InlineData("[TimeSchedule(1, 80, Preconditioning", "[TimeSchedule(1, 80, SigmaData = 1, Preconditioning", "CM5011 at 'Truncated': 'Second' cannot be truncated: 'SecondSchedule' and the times of 'First', 'FirstSchedule', differ")]
    [InlineData("LogStudentT(mean: 0, scale: 0.2, degreesOfFreedom: 0.01)", "LogNormal(0, 1)", "CM5011 at 'Truncated': 'Second' cannot be truncated: 'SecondSchedule' draws times below 1 too")]
    [InlineData("scale: 0.2", "scale: 0", "CM4003 at 'LogStudentT(mean: 0, scale: 0, degreesOfFreedom: 0.01)': In this schedule the scale of ln t is 0 but must be above 0")]
    [InlineData("degreesOfFreedom: 0.01", "degreesOfFreedom: -1", "CM4003 at 'LogStudentT(mean: 0, scale: 0.2, degreesOfFreedom: -1)': In this schedule the number of degrees of freedom is -1")]
    public void Mistakes_are_found(string right, string wrong, string message)
    {
        All.ShouldContain(right);
        // A first stage as it stands has no truncation to complain about, so that only what was changed is wrong.
        Source.Diagnose(All.Replace(right, wrong)).ShouldHaveSingleItem().ShouldStartWith(message);
        Source.NewDriver().RunGenerators(Source.Compile(All.Replace(right, wrong))).GetRunResult().Results.ShouldAllBe(result => result.Exception == null);
    }

    [Fact]
    public void The_stages_have_one_network()
    {
        const string Other = """
            [Network]
            public sealed partial record Other : IDenoiser
            {
                [Linear(2, 2)] public partial Layer In { get; }

                [return: Shape("B", 2)]
                private Value Forward([Shape("B", 2)] Value x, [Shape("B")] Value level) => (x | In) + level;
            }

            """;
        Source.Diagnose(All.Replace("Schedule<SecondSchedule>", "Schedule<SecondSchedule>, Model<Other>") + Other).ShouldHaveSingleItem()
            .ShouldStartWith("CM5010 at 'InitFrom<First>(ContinueSteps = true)': 'Second' cannot use a run of 'First': its model is 'MoonsDenoiser' and not 'Other'");
        Source.Diagnose(All + Other + "[Experiment, Model<Other>] public sealed partial record Third : First2; [Experiment, InitFrom<First>] public partial record First2 : First;").ShouldHaveSingleItem()
            .ShouldStartWith("CM5010 at 'Model<Other>': 'Third' cannot use a run of 'First'");
        Source.Diagnose(All.Replace("public partial record First : Shared", "[InitFrom<Second>] public partial record First : Shared")).Length.ShouldBe(2, "each needs a run of the other");
    }

    [Fact]
    public void Teachers_times_and_weights_are_those_of_the_reference()
    {
        var golden = new Golden("S05_tcm_schedule");
        var declared = TimesDeclared.Compile(Times + Times.Replace("FirstSchedule", "LargeTimes").Replace("SecondSchedule", "OtherSchedule").Replace("Pow(2,", "Pow(4,").Replace("0.999", "0.9961")
            .Replace("Weight(double t, double r) => 1 / (t - r)", "Weight(double t, double r) => (t * t + 0.25) / (t * t * 0.25)"));
        var times = golden["in/t"].data<double>().ToArray();
        foreach (var (schedule, rows) in ((string, string)[])[("FirstSchedule", "out/r_0"), ("LargeTimes", "out/r_1")])
        {
            for (var stage = 0; stage < golden[rows].shape[0]; stage++)
                TimesDeclared.ShouldAgree(declared.At(schedule, "TeacherTime", times, stage), golden[rows][stage].data<double>().ToArray(), 1e-14, $"{schedule}, stage {stage}");
        }

        TimesDeclared.ShouldAgree(declared.At("LargeTimes", "Weight", times, golden["in/t"] / 2), golden["out/weight_cout_sq"].data<double>().ToArray(), 1e-12, "1/c_out²");
    }

    [Theory]
    [InlineData("out/normal_0_lnt", "0.002, 80", "LogNormal(-1.1, 2, Truncated = true)")]
    [InlineData("out/normal_1_lnt", "0.002, 80", "LogNormal(-0.8, 1.6, Truncated = true)")]
    [InlineData("out/student_0_lnt", "1, 80", "LogStudentT(0, 0.2, 0.01)")]
    [InlineData("out/student_1_lnt", "1, 80", "LogStudentT(0, 0.2, 2)")]
    public void Times_follow_their_law(string quantiles, string range, string law)
    {
        const int Count = 1_000_000;
        var golden = new Golden("S05_tcm_schedule");
        var declared = TimesDeclared.Compile($$"""
            [TimeSchedule({{range}}), {{law}}]
            public sealed partial record Drawn : ITimeSchedule
            {
                public static double Alpha(double t) => 1;
                public static double Sigma(double t) => t;
                public static double TeacherTime(double t, int stage) => t / 2;
            }
            """);
        using var scope = NewDisposeScope();
        manual_seed(3);
        var (t, _) = ((Tensor, Tensor))declared.Call("Drawn", "Draw", 0, 100, (long)Count, CPU);
        t.dtype.ShouldBe(ScalarType.Float64);
        var drawn = t.data<double>().ToArray();
        Array.Sort(drawn);
        var ends = range.Split(", ").Select(double.Parse).ToArray();
        drawn[0].ShouldBeGreaterThanOrEqualTo(ends[0]);
        drawn[^1].ShouldBeLessThanOrEqualTo(ends[1]);
        foreach (var (u, exact) in golden["in/u"].data<double>().Zip(golden[quantiles].data<double>()).Where(pair => pair.First is > 0.001 and < 0.999))
        {
            // Where the exact quantile stands among the draws.
            var below = Array.BinarySearch(drawn, Math.Exp(exact));
            ((below < 0 ? ~below : below) / (double)Count).ShouldBe(u, 5 * Math.Sqrt(u * (1 - u) / Count), $"share of the times below quantile {u}");
        }
    }

    [Fact]
    public void Quantiles_of_the_log_Student_t_law_are_right_to_one_percent()
    {
        (double Share, double Time)[] exact = [(0.01, 1.00119), (0.05, 1.00605), (0.1, 1.01268), (0.25, 1.04298), (0.5, 1.22115), (0.75, 2.52358), (0.9, 10.4445), (0.95, 24.650), (0.99, 61.308)];
        manual_seed(5);
        using var t = LogStudentT.Draw(4_000_000, 0, 0.2, 0.01, 1, 80, CPU);
        var drawn = t.data<double>().ToArray();
        Array.Sort(drawn);
        foreach (var (share, time) in exact)
            drawn[(int)(share * drawn.Length)].ShouldBe(time, 0.01 * time);
    }

    [Fact]
    public void Without_a_boundary_and_with_no_time_below_the_second_stage_is_the_first_bit_for_bit()
    {
        var declared = TimesDeclared.Compile(All.Replace("LogNormal(-1.1, 2,", "LogNormal(0, 0.3,").Replace("(int)(12 * progress)", "9")
            + "[Experiment, InitFrom<First>, Truncated(BoundaryFraction = 0)] public sealed partial record Untouched : First;");
        var (first, second) = (Run("First"), Run("Untouched"));
        second.Losses.ShouldBe(first.Losses);
        second.Weights.ShouldBe(first.Weights);

        (float[] Losses, float[] Weights) Run(string experiment)
        {
            using var training = New(declared, experiment);
            manual_seed(4);
            using var data = randn(8, 2);
            var losses = Enumerable.Range(0, 5).Select(step =>
            {
                using var loss = training.Step(data, step);
                return loss.item<float>();
            }).ToArray();
            return (losses, training.Weights.Values.data<float>().ToArray());
        }
    }

    [Fact]
    public void Below_t_the_target_is_the_first_stages_alone_and_nothing_reaches_that()
    {
        using var training = New(TimesDeclared.Compile(All), "Second");
        using var scope = NewDisposeScope();
        var frozen = Frozen(training);
        manual_seed(4);
        var (data, noise, r) = (randn(6, 2), randn(6, 2), tensor(new[] { 0.9, 1, 5, 0.3, 1.0000001, 0.99999 }));
        bool[] early = [true, false, false, true, false, true];
        var before = training.Target("PiecewiseTarget", data, noise, r);
        using (no_grad())
            training.Weights.Values.add_(0.1);
        var after = training.Target("PiecewiseTarget", data, noise, r);
        using (no_grad())
            frozen.Values.add_(0.1);
        var last = training.Target("PiecewiseTarget", data, noise, r);
        for (var i = 0; i < 6; i++)
        {
            Same(before[i], after[i]).ShouldBe(early[i], $"sample {i} when the trained weights change");
            Same(after[i], last[i]).ShouldBe(!early[i], $"sample {i} when the frozen weights change");
        }

        before.requires_grad.ShouldBeFalse();
        var kept = frozen.Values.clone();
        for (var step = 100; step < 103; step++)
            training.Step(data, step).Dispose();
        Same(frozen.Values, kept).ShouldBeTrue("the optimiser leaves the frozen weights alone");
        Should.Throw<InvalidOperationException>(() => frozen.Gradients);
    }

    [Fact]
    public void The_loss_is_the_mean_of_the_later_samples_plus_the_weighted_mean_of_those_at_the_boundary()
    {
        using var training = New(TimesDeclared.Compile(All), "Second");
        using var scope = NewDisposeScope();
        Mean(1, 2, 4, 8, 16, 32, 64, 128, 256).ShouldBe(508f / 7 + 0.1f * 1.5f, 1e-4f);
        Mean(1, 2, 4).ShouldBe(7f / 3, 1e-6f, "a batch of three has no sample at the boundary");

        float Mean(params float[] losses) => training.MeanOf(tensor(losses)).item<float>();
    }

    [Fact]
    public void A_quarter_of_the_batch_is_trained_at_the_boundary()
    {
        // A weight that is 0 beyond t' leaves the boundary's part of the loss.
        const string Weight = "public static double TeacherTime(double t, int stage) => t - 0.25 * t;\n    public static double Weight(double t, double r) => 1 / (t - r);";
        var source = All.Replace(Weight, Weight.Replace("1 / (t - r)", "t > 1 ? 0 : r == 0.75 ? 1 : 1000"));
        source.ShouldNotBe(All);
        float Loss(string truncated)
        {
            using var training = New(TimesDeclared.Compile(source.Replace("Truncated, Schedule", truncated + ", Schedule")), "Second");
            manual_seed(4);
            using var data = randn(8, 2);
            using var loss = training.Step(data, 150);
            return loss.item<float>();
        }

        var once = Loss("Truncated");
        once.ShouldBeInRange(1e-6f, 10);
        Loss("Truncated(BoundaryWeight = 0.2)").ShouldBe(2 * once, 1e-6f * once);
        Loss("Truncated(BoundaryFraction = 0.125)").ShouldNotBe(once);
        Loss("Truncated(BoundaryFraction = 0.124)").ShouldBe(0, "an eighth of eight is needed for one");
    }

    [Fact]
    public void Student_and_both_teachers_share_their_dropout()
    {
        using var training = New(TimesDeclared.Compile(Mixed), "Second");
        using var scope = NewDisposeScope();
        Frozen(training).CopyFrom(training.Weights);
        var (data, noise) = (zeros(64, 2), zeros(64, 2));
        var r = tensor(Enumerable.Range(0, 64).Select(i => i % 2 == 0 ? 0.5 : 2.0).ToArray());
        // Data and noise are 0, so f differs between samples by their masks and times alone: with the same times the student's are the
        // teacher's.
        var losses = training.Losses(data, noise, r + 1e-12, r, step: 3);
        (losses * 1e-12).abs().max().item<float>().ShouldBeLessThan(1e-6f);
    }

    [Fact]
    public void Predictions_below_t_are_the_first_stages()
    {
        foreach (var experiment in (string[])["Second", "PlainSecond"])
        {
            using var training = New(TimesDeclared.Compile(Mixed), experiment);
            using var scope = NewDisposeScope();
            manual_seed(8);
            var (data, noise, r, heads) = (randn(4, 2), randn(4, 2), tensor(new[] { 0.5, 3, 0, 0.9 }), ones(4, dtype: ScalarType.Bool));
            var before = training.Couple(data, noise, r, r, heads: heads)[0];
            using (no_grad())
                training.Averages[0].Weights.Values.add_(0.1);
            var after = training.Couple(data, noise, r, r, heads: heads)[0];
            Enumerable.Range(0, 4).Select(i => Same(before[i], after[i])).ShouldBe([true, false, true, true]);
            Same(before[2], data[2]).ShouldBeTrue("at time 0 the prediction is the data");
        }
    }

    [Theory]
    [InlineData("VariationalNoise")]
    [InlineData("InducedMatched")]
    [InlineData("InducedVariational")]
    [InlineData("MinibatchOT")]
    public void The_second_stage_takes_any_coupling(string coupling)
    {
        var nested = CouplingsTests.Nested[..CouplingsTests.Nested.IndexOf("[Experiment,", StringComparison.Ordinal)];
        var source = All.Replace("Coupling<Independent>", $"Coupling<{coupling}>") + CouplingsTests.Encoder + CouplingsTests.Variational + nested;
        Source.Diagnose(source).ShouldBeEmpty();
        var regularized = coupling is "VariationalNoise" or "InducedVariational";

        using var training = New(TimesDeclared.Compile(source), "Second");
        using var scope = NewDisposeScope();
        var (frozen, before) = (Frozen(training).Values.clone(), training.Weights.Values.clone());
        manual_seed(4);
        var data = randn(8, 2);
        for (var step = 100; step < 104; step++)
            float.IsFinite(training.Step(data, step).item<float>()).ShouldBeTrue();
        Same(Frozen(training).Values, frozen).ShouldBeTrue();
        foreach (var parameter in (string[])["In.weight", .. regularized ? (string[])["Encode.Mean.weight"] : []])
            training.Weights[parameter].grad!.abs().max().item<float>().ShouldBeGreaterThan(0, parameter + " is trained");
        Same(training.Weights.Values, before).ShouldBeFalse();
        training.Sample(training.BestWeights, [randn(8, 2), randn(8, 2)]).isfinite().all().item<bool>().ShouldBeTrue();
    }

    private static ConsistencyTrainer New(TimesDeclared declared, string experiment) =>
        (ConsistencyTrainer)Activator.CreateInstance(declared.Type(experiment + "+Trainer"), new TrainingSetup(200, 8, 1, CPU))!;

    internal static ParameterStore Frozen(ConsistencyTrainer training) =>
        (ParameterStore)typeof(ConsistencyTrainer).GetProperty("Frozen", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!.GetValue(training)!;

    private static bool Same(Tensor a, Tensor b) => a.data<float>().ToArray().AsSpan().SequenceEqual(b.data<float>().ToArray());
}
