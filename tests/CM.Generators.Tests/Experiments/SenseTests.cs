namespace CM.Generators.Tests;

/// <summary>What would train nonsense, or throw in the first step, is refused while it is typed, with the reason.</summary>
public sealed class SenseTests
{
    private const string Easy = """
        [TimeSchedule(0.002, 80), LogNormal(-1.1, 2)]
        public sealed partial record EctSchedule : ITimeSchedule
        {
            public static double Alpha(double t) => 1;
            public static double Sigma(double t) => t;
            public static double TeacherTime(double t, int stage) => 0.5 * t;
            public static double Weight(double t, double r) => 1 / (t - r);
        }

        [TimeSchedule(0.002, 80), LogNormal(-1.1, 2)]
        public sealed partial record GridSchedule : ITimeSchedule
        {
            public static double Alpha(double t) => 1;
            public static double Sigma(double t) => t;
            public static double Discretization(double u) => 0.002 * Pow(40_000, u);
            public static int Intervals(int step, int steps) => 10 << (step / (int)(steps / 8.0));
        }

        [TimeSchedule(0.002, 80), LogNormal(-1.2, 1.2)]
        public sealed partial record EdmSchedule : ITimeSchedule
        {
            public static double Alpha(double t) => 1;
            public static double Sigma(double t) => t;
            public static double TeacherTime(double t, int stage) => 0;
        }

        [TimeSchedule(1, 80, Preconditioning = Preconditioning.Edm), LogNormal(0, 1, Truncated = true)]
        public sealed partial record LateSchedule : ITimeSchedule
        {
            public static double Alpha(double t) => 1;
            public static double Sigma(double t) => t;
            public static double TeacherTime(double t, int stage) => 0.9 * t;
        }

        """;

    private const string Couplings = """
        [Coupling]
        public sealed partial record Induced
        {
            [Model(Weights.Ema)] public partial Layer Generate { get; }
            [Bernoulli(0.5)]          public partial Layer Mix      { get; }

            private Pair Couple(Value data, Value noise, TimePair times) =>
                new(Mix.Select((data + times.R * noise, times.R) | Generate, data), noise);
        }

        [Coupling]
        public sealed partial record Kept
        {
            [Model(Weights.Frozen)] public partial Layer Generate { get; }

            private Pair Couple(Value data, Value noise, TimePair times) => new((data + times.R * noise, times.R) | Generate, noise);
        }

        """;

    private const string Mine = """
        [Experiment(Steps = 1000, Batch = 8), Data<TwoMoons>, Model<MoonsDenoiser>, Coupling<Independent>, Schedule<EctSchedule>]
        [PseudoHuber(0.01), RAdam(1e-3), Ema(0.99), MultistepSampler(80, 0.8)]
        public partial record Mine;

        [Experiment, Coupling<Kept>, Frozen<Mine>] public sealed partial record KeptMine : Mine;
        [Experiment, Schedule<GridSchedule>] public sealed partial record GridMine : Mine;
        [Experiment, Schedule<EdmSchedule>, HeunSampler(4)] public sealed partial record Diffusion : Mine;
        [Experiment, Schedule<LateSchedule>, InitFrom<PlainMine>, Truncated, MultistepSampler(80, 1)] public sealed partial record Second : Mine;
        [Experiment, Schedule<PlainSchedule>] public sealed partial record PlainMine : Mine;
        [Experiment, InitFrom<Diffusion>, ConsistencyDistillation] public sealed partial record DistilledMine : Mine;

        """;

    private static readonly string All = Easy + Easy[..Easy.IndexOf("[TimeSchedule", 5, StringComparison.Ordinal)].Replace("EctSchedule", "PlainSchedule").Replace("80)", "80, Preconditioning = Preconditioning.Edm)")
        + ExperimentsTests.Network + Couplings + Mine;

    [Fact]
    public void Sense_is_left_alone() => Source.Diagnose(All).ShouldBeEmpty();

    [Theory]
    [InlineData("Coupling<Independent>, Schedule<EctSchedule>", "Coupling<MinibatchOT>, Schedule<EctSchedule>", "Batch = 8", "Batch = 1", "CM5014 at 'Coupling<MinibatchOT>': 'MinibatchOT' and Batch = 1 do not go together: there is nothing to match")]
    [InlineData("[Experiment, Schedule<EdmSchedule>", "[Experiment, Coupling<Induced>, Schedule<EdmSchedule>", "", "", "CM5014 at 'Coupling<Induced>': 'Induced' and 'EdmSchedule' do not go together: the earlier time is always 0, where the model gives back what it gets, so that 'Generate' predicts nothing")]
    [InlineData("[Experiment, Schedule<EdmSchedule>", "[Experiment, EmaTeacher(0.9), Schedule<EdmSchedule>", "", "", "CM5014 at 'EmaTeacher(0.9)': 'EmaTeacher' and 'EdmSchedule' do not go together: its earlier time is always 0")]
    [InlineData("InitFrom<PlainMine>, Truncated, ", "", "", "", "CM5014 at 'Schedule<LateSchedule>': 'LateSchedule' and an experiment that is not [Truncated] do not go together: no target lies below 0.9, where f(x, t) is not x")]
    [InlineData("[Experiment, Schedule<GridSchedule>]", "[Experiment(Steps = 5), Schedule<GridSchedule>]", "", "", "CM5014 at 'Schedule<GridSchedule>': 'GridSchedule' and Steps = 5 do not go together: Intervals(step, 5) is not a number")]
    [InlineData("[Experiment, Coupling<Kept>, Frozen<Mine>]", "[Experiment, Schedule<OtherSchedule>, Coupling<Kept>, Frozen<Mine>]", "", "", "CM5014 at 'Coupling<Kept>': 'Kept' and 'Mine' do not go together: 'Generate' takes its weights, and 'EctSchedule' and 'OtherSchedule' differ in Alpha, Sigma or SigmaData")]
    [InlineData("Truncated, MultistepSampler(80, 1)", "Truncated(BoundaryFraction = 0.1), MultistepSampler(80, 1)", "", "", "CM5015 at 'Truncated(BoundaryFraction = 0.1)': In 'Second' no sample lies at t' = 1: 0.1 of a batch of 8 is less than one")]
    [InlineData("MultistepSampler(80, 0.8)", "MultistepSampler(0.8)", "Mine : Mine", "Mine : Mine", "CM5015 at 'MultistepSampler(0.8)': In 'Mine' samples start from noise alone at 0.8")]
    [InlineData("InitFrom<PlainMine>", "InitFrom<Diffusion>", "", "", "CM5011 at 'Truncated': 'Second' cannot be truncated: 'Diffusion' trains a diffusion model")]
    [InlineData("[Experiment, Schedule<LateSchedule>, InitFrom<PlainMine>, Truncated, MultistepSampler(80, 1)]", "[Experiment, Schedule<EdmSchedule>, InitFrom<PlainMine>, Truncated, HeunSampler(4)]", "", "", "CM5011 at 'Truncated': 'Second' cannot be truncated: 'EdmSchedule' trains a diffusion model")]
    [InlineData("InitFrom<Diffusion>, ConsistencyDistillation", "ConsistencyDistillation", "", "", "CM5016 at 'ConsistencyDistillation': 'DistilledMine' cannot be distilled: paths follow the weights of a diffusion model")]
    [InlineData("InitFrom<Diffusion>, ConsistencyDistillation", "InitFrom<Mine>, ConsistencyDistillation", "", "", "CM5016 at 'ConsistencyDistillation': 'DistilledMine' cannot be distilled: 'Mine' trains a consistency model")]
    [InlineData("InitFrom<Diffusion>, ConsistencyDistillation", "Schedule<EdmSchedule>, HeunSampler(4), InitFrom<Diffusion>, ConsistencyDistillation", "", "", "CM5016 at 'ConsistencyDistillation': 'DistilledMine' cannot be distilled: 'EdmSchedule' trains a diffusion model")]
    [InlineData("InitFrom<Diffusion>, ConsistencyDistillation", "InitFrom<Diffusion>, ConsistencyDistillation", "=> 0.5 * t;", "=> Max(0, t - 1);", "CM5016 at 'ConsistencyDistillation': 'DistilledMine' cannot be distilled: where TeacherTime of 'EctSchedule' is 0, a step ends in the mean of the data; keep it above, such as Max(0.001, …)")]
    [InlineData("[Experiment, Schedule<LateSchedule>, InitFrom<PlainMine>, Truncated, ", "[Experiment, Schedule<LateSchedule>, InitFrom<PlainMine>, Truncated, ConsistencyDistillation, ", "", "", "CM5016 at 'ConsistencyDistillation': 'Second' cannot be distilled: [Truncated] keeps the weights of a first stage")]
    [InlineData("[Experiment, Schedule<PlainSchedule>]", "[Experiment, Schedule<LateSchedule>, InitFrom<Mine>, Truncated, MultistepSampler(80, 1)]", "", "", "CM5011 at 'Truncated': 'Second' cannot be truncated: the first stage 'PlainMine' is trained from 1 on, so that it has no targets below 1 either")]
    public void Experiments_without_meaning_are_refused(string right, string wrong, string alsoRight, string alsoWrong, string message)
    {
        const string Other = """
            [TimeSchedule(0.002, 80, SigmaData = 1), LogNormal(-1.1, 2)]
            public sealed partial record OtherSchedule : ITimeSchedule
            {
                public static double Alpha(double t) => 1;
                public static double Sigma(double t) => t;
                public static double TeacherTime(double t, int stage) => 0.5 * t;
            }
            """;
        All.ShouldContain(right);
        var source = All.Replace(right, wrong) + Other;
        Source.Diagnose(alsoRight.Length > 0 ? source.Replace(alsoRight, alsoWrong) : source).ShouldContain(said => said.StartsWith(message, StringComparison.Ordinal), message);
        Source.NewDriver().RunGenerators(Source.Compile(source)).GetRunResult().Results.ShouldAllBe(result => result.Exception == null);
    }

    [Theory]
    [InlineData("new(Mix.Select((data + times.R * noise, times.R) | Generate, data), noise)", "new(Mix.Select((noise, times.R) | Generate, noise), noise)", "CM3006 at 'new(Mix.Select((noise, times.R) | Generate, noise), noise)': The data end of the pair does not depend on the data")]
    [InlineData("| Generate, data), noise)", "| Generate, data), 2 * data)", "CM3006 at 'new(Mix.Select((data + times.R * noise, times.R) | Generate, data), 2 * data)': The noise end of the pair does not depend on the noise")]
    public void Ends_are_made_of_data_and_noise(string right, string wrong, string message)
    {
        All.ShouldContain(right);
        Source.Diagnose(All.Replace(right, wrong)).ShouldHaveSingleItem().ShouldStartWith(message);
    }

    [Theory]
    [InlineData("(mean, deviation) | Kl", "(data, noise) | Kl", "CM3007 at 'KlToStandardNormal(weight: 30)': 'Kl' measures what no network makes")]
    [InlineData(" { Regularization = (mean, deviation) | Kl }", " { Regularization = times.T }", "CM3008")]
    public void Encoders_have_their_penalty(string right, string wrong, string message)
    {
        const string Source0 = CouplingsTests.Encoder + CouplingsTests.Variational;
        Source0.ShouldContain(right);
        var changed = Source0.Replace(right, wrong);
        if (message == "CM3008")
            Source.Diagnose(changed.Replace(wrong, "").Replace("    [KlToStandardNormal(weight: 30)] public partial Layer Kl     { get; }\n", "")).ShouldHaveSingleItem().ShouldStartWith("CM3008 at 'new Pair(data, mean + deviation * noise)': A trained network changes 'noise'");
        else
            Source.Diagnose(changed).ShouldHaveSingleItem().ShouldStartWith(message);
    }

    [Theory]
    [InlineData("Alpha(double t) => 1;", "Alpha(double t) => Sqrt(1 - t);", "CM4013 at 'Alpha': Alpha is not a number at t = ")]
    [InlineData("Alpha(double t) => 1;", "Alpha(double t) => 0.002 - t;", "CM4013 at 'Alpha': Alpha is 0 at t = 0.002, but must be above 0")]
    [InlineData("Sigma(double t) => t;", "Sigma(double t) => t - 0.001;", "CM4013 at 'Sigma': Sigma is -")]
    [InlineData("1 / (t - r)", "1 / Sqrt(r - t)", "CM4013 at 'Weight': Weight is not a number at t = ")]
    [InlineData("1 / (t - r)", "r - t", "CM4013 at 'Weight': Weight is -")]
    [InlineData("=> 0.5 * t;", "=> Max(0.001, 0.5 * t);", "CM4009 at 'TeacherTime': At t = 1.51123E-05 and stage 0 TeacherTime gives 0.001, but it must be 0 or more and below t; the law draws times below 0.002 too, unless it has Truncated = true")]
    [InlineData("LogNormal(-1.1, 2)]", "LogNormal(30, 2, Truncated = true)]", "CM4014 at 'TimeSchedule(0.002, 80)': Next to none of the times that this law draws lie from 0.002 to 80: ln t has its mean at 30")]
    [InlineData("=> 0.5 * t;", "=> 0;", "CM4012 at 'TimeSchedule(0.002, 80, Preconditioning = Preconditioning.Consistency)': Consistency makes f(x, 0.002) = x, but where TeacherTime is always 0 a diffusion model is trained")]
    public void Schedules_without_meaning_are_refused(string right, string wrong, string message)
    {
        var schedule = Easy[..Easy.IndexOf("[TimeSchedule", 5, StringComparison.Ordinal)];
        schedule.ShouldContain(right);
        schedule = schedule.Replace(right, wrong);
        if (message.StartsWith("CM4012", StringComparison.Ordinal))
            schedule = schedule.Replace("0.002, 80", "0.002, 80, Preconditioning = Preconditioning.Consistency");
        Source.Diagnose(schedule).ShouldHaveSingleItem().ShouldStartWith(message);
    }
}
