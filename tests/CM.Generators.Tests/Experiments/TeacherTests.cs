using CM.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>CT: a grid that grows with the root of the steps, and targets made with averaged weights.</summary>
public sealed class TeacherTests
{
    internal const string Times = """
        /// <summary>CT's grid: ρ 7, from 2 to 150 intervals.</summary>
        [TimeSchedule(0.002, 80), Uniform]
        public sealed partial record FirstSchedule : ITimeSchedule
        {
            private const double Rho = 7, First = 2, Last = 150;
            private static readonly double Low = Pow(0.002, 1 / Rho), High = Pow(80, 1 / Rho);

            public static double Alpha(double t) => 1;
            public static double Sigma(double t) => t;
            public static double Discretization(double u) => Pow(Low + u * (High - Low), Rho);
            public static int Intervals(int step, int steps) =>
                (int)Max(Ceiling(Sqrt((double)step / steps * ((Last + 1) * (Last + 1) - First * First) + First * First) - 1), 1);
            public static double Weight(double t, double r) => 1;
        }

        """;

    internal const string Experiments = TimesTests.Easy + Times + ExperimentsTests.Network + """
        [Experiment(Steps = 1000, Batch = 16), Data<TwoMoons>, Model<MoonsDenoiser>, Coupling<Independent>, Schedule<FirstSchedule>]
        [L2, RAdam(1e-2), EmaTeacher(0.9, Intervals = 2), Ema(0.99), MultistepSampler(80)]
        public partial record First;

        [Experiment, EmaTeacher(0.5)]
        public sealed partial record Steady : First;

        """;

    private static readonly TimesDeclared Declared = TimesDeclared.Compile(Experiments);

    [Fact]
    public void The_grid_grows_as_CT_says()
    {
        int[] steps = [0, 1, 110667, 221335, 332003, 400000, 442672, 553340, 664008, 774675, 799999];
        steps.Select(step => (int)Declared.Call("FirstSchedule", "Intervals", step, 800_000) + 1).ShouldBe([2, 3, 57, 80, 98, 107, 113, 126, 138, 149, 151]);
    }

    [Fact]
    public void The_teacher_follows_the_faster_the_coarser_the_grid()
    {
        using var training = NewTraining("First");
        training.Averages.Select(average => average.Rule.Name).ShouldBe(["0.99", "teacher-0.9"], "samples are made with the other average");
        var teacher = training.Averages[1].Rule;
        foreach (var step in (int[])[0, 1, 500, 999])
            teacher.Decay(step, 16).ShouldBe(Math.Exp(2 * Math.Log(0.9) / (int)Declared.Call("FirstSchedule", "Intervals", step, 1000)), 1e-12);
        using var steady = NewTraining("Steady");
        steady.Averages[1].Rule.Decay(500, 16).ShouldBe(0.5);
    }

    [Fact]
    public void Targets_come_from_averaged_weights_and_gradients_from_the_trained_ones()
    {
        using var training = NewTraining("First");
        using var scope = NewDisposeScope();
        manual_seed(2);
        var (x, z) = (randn(8, 2), randn(8, 2));
        var (t, r) = (full(8, 2.0, ScalarType.Float64), full(8, 1.0, ScalarType.Float64));
        var before = Losses();

        // The target changes with the teacher alone, and what the student makes with the student alone.
        training.Averages[1].Weights.Values.zero_();
        var keep = (double)0.25 / ((1 - 0.002) * (1 - 0.002) + 0.25);
        var target = keep * (x + z);
        training.Weights.Values.zero_();
        var student = 0.25 / ((2 - 0.002) * (2 - 0.002) + 0.25) * (x + 2 * z);
        Golden.ShouldMatch(Losses(), (student - target).square().sum(1), 1e-5, "squared distances");
        before.isclose(Losses()).any().item<bool>().ShouldBeFalse();

        using var trained = NewTraining("First");
        trained.Weights.ZeroGradients();
        trained.Losses(x, z, t, r).mean().backward();
        trained.Weights.Gradients.norm().item<float>().ShouldBeGreaterThan(0);
        trained.Averages[1].Weights.Values.requires_grad.ShouldBeFalse();

        Tensor Losses() => training.Losses(x, z, t, r);
    }

    [Fact]
    public void Continuous_times_have_no_cuts() =>
        Source.Diagnose(Experiments + "[Experiment, Schedule<EctSchedule>] public sealed partial record Wrong : First;").ShouldHaveSingleItem()
            .ShouldStartWith("CM5004 at 'Schedule<EctSchedule>': 'EctSchedule' cannot be the times of an experiment: the Intervals of [EmaTeacher] are intervals of a grid, and it is continuous");

    [Fact]
    public void A_teacher_may_follow_continuous_times_at_one_pace() =>
        Source.Diagnose(Experiments + "[Experiment, Schedule<EctSchedule>, EmaTeacher(0.95)] public sealed partial record Right : First;").ShouldBeEmpty();

    private static ConsistencyTrainer NewTraining(string experiment) =>
        (ConsistencyTrainer)Activator.CreateInstance(Declared.Type(experiment + "+Trainer"), new TrainingSetup(1000, 16, 1, CPU))!;
}
