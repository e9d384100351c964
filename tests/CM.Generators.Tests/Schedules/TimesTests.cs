using CM.Generators.Incremental;
using Microsoft.CodeAnalysis;

namespace CM.Generators.Tests;

/// <summary>Time schedules: what is generated, what is said about mistakes, what is done again after an edit.</summary>
public sealed class TimesTests
{
    internal const string Easy = """
        /// <summary>ECT's continuous times: variance exploding, gap shrinking in eight stages.</summary>
        [TimeSchedule(min: 0.002, max: 80), LogNormal(mean: -1.1, std: 2.0)]
        public sealed partial record EctSchedule : ITimeSchedule
        {
            public static double Alpha(double t) => 1;                     // x_t = Alpha(t)·x + Sigma(t)·z
            public static double Sigma(double t) => t;
            public static int Stage(double progress) => (int)(8 * progress);
            public static double TeacherTime(double t, int stage) =>
                Max(0, t - t * Pow(2, -(stage + 1)) * (1 + 8 / (1 + Exp(t))));
            public static double Weight(double t, double r) => 1 / (t - r);
        }

        """;

    internal const string Improved = """
        /// <summary>iCT's grid: rho 7, doubling from 10 to 1,280 intervals.</summary>
        [TimeSchedule(0.002, 80), LogNormal(-1.1, 2)]
        public sealed partial record IctSchedule : ITimeSchedule
        {
            private const double Rho = 7;
            private static readonly double Low = Pow(0.002, 1 / Rho), High = Pow(80, 1 / Rho);

            public static double Alpha(double t) => 1;
            public static double Sigma(double t) => t;
            public static double Discretization(double u) => Pow(Low + u * (High - Low), Rho);
            public static int Intervals(int step, int steps) => Min(10 << (step / (int)(steps / (Log2(1280 / 10) + 1))), 1280);
        }

        """;

    internal const string Linear = """
        /// <summary>Data fade out linearly.</summary>
        [TimeSchedule(0.002, 80), LogNormal(-1.1, 2)]
        public sealed partial record LinearSchedule : ITimeSchedule
        {
            private const double To = 80;

            public static double Alpha(double t) => 1 - t / To;
            public static double Sigma(double t) => t;
            public static int Stage(double progress) => (int)(8 * progress);
            public static double TeacherTime(double t, int stage)
            {
                var gap = Pow(2, -(stage + 1));
                return Max(0, t * (1 - gap * Slope(t)));
            }

            private static double Slope(double sigma) => sigma > 5 ? 1 : 1 + 8 / (1 + Exp(sigma));
        }

        """;

    [Theory]
    [InlineData(Easy, "EctSchedule")]
    [InlineData(Improved, "IctSchedule")]
    [InlineData(Linear, "LinearSchedule")]
    public Task A_schedule_becomes_tensor_code(string source, string name) =>
        Snapshot.Match(Source.Generate(source)[$"Schedules/Test.{name}.g.cs"], "Times." + name);

    [Fact]
    public void Formulas_mean_on_tensors_what_they_mean_on_doubles()
    {
        const string Formulas = """
            [TimeSchedule(0.5, 4), LogNormal(0, 1)]
            public sealed partial record Odd : ITimeSchedule
            {
                private const int Two = 2;
                public static double Alpha(double t) => Sin(t) * Cos(t) - Tan(t / 9) + Atan(t) / Tanh(t) + E - PI;
                public static double Sigma(double t) => Pow(t, 1.5) + Pow(Two, t) + System.Math.Log2(t + 1) + Log(t + Two, 10) + Exp(-1 / t);
                public static int Stage(double progress) => 3;
                public static double TeacherTime(double t, int stage)
                {
                    double half = t / 2, shift = 1 / 2;
                    var parts = 8 / stage + 8.0 / stage + (1 << stage) % 5;
                    return t > 2 ? half + shift : stage > 2 && stage < 9 ? Helper(t, parts) : 0;
                }
                public static double Weight(double t, double r) => (t >= 1 && r != 0 || t < r ? Abs(r - t) : 5) - -t * r + Round(t) + Floor(t) * Ceiling(r) + (int)t / 2 + Sqrt(Min(t, r));
                public static double CSkip(double @in) => Clamp(@in, 0.7, 2) * @in * @in / (@in * @in);
                public static double COut(double t) => Max(t, t * t / 3) - Min(2, t);
                private static double Helper(double time, double parts)
                {
                    var scaled = time / (time + parts);
                    return scaled * scaled;
                }
            }
            """;
        var odd = TimesDeclared.Compile(Formulas);
        double[] times = [0.5, 0.9, 1, 1.7, 2, 2.5, 3.3, 4], earlier = [0.1, 0.4, 0.2, 2.5, 0, 1.3, 0.7, 3.9];
        foreach (var method in (string[])["Alpha", "Sigma", "CSkip", "COut"])
            TimesDeclared.ShouldAgree(odd.At("Odd", method, times), [.. times.Select(t => (double)odd.Call("Odd", method, t))], 1e-14, method);
        TimesDeclared.ShouldAgree(odd.At("Odd", "TeacherTime", times, 3), [.. times.Select(t => (double)odd.Call("Odd", "TeacherTime", t, 3))], 1e-14, "TeacherTime");
        using var r = TorchSharp.torch.tensor(earlier);
        TimesDeclared.ShouldAgree(odd.At("Odd", "Weight", times, r), [.. times.Zip(earlier, (t, s) => (double)odd.Call("Odd", "Weight", t, s))], 1e-14, "Weight");
    }

    [Fact]
    public void A_moved_comment_changes_nothing() =>
        Caching.ReasonsAfter(Easy + Linear, "// a remark\n\n" + Easy + "// another one\n" + Linear, StepNames.ReadTimes)
            .ShouldBe([IncrementalStepRunReason.Cached, IncrementalStepRunReason.Cached]);

    [Fact]
    public void A_changed_constant_touches_its_own_schedule_only() =>
        Caching.ReasonsAfter(Easy + Linear, Easy + Linear.Replace("To = 80", "To = 90"), StepNames.ReadTimes)
            .ShouldBe([IncrementalStepRunReason.Cached, IncrementalStepRunReason.Modified]);

    [Theory]
    [InlineData("1 / (t - r)", "Cbrt(t)", "CM4007 at 'Cbrt(t)': 'Cbrt(t)' cannot become tensor code: 'Cbrt' is neither a static method of EctSchedule nor one of ")]
    [InlineData("1 / (t - r)", "t % 2", "CM4007 at 't % 2': 't % 2' cannot become tensor code: the operator '%' works only on numbers that are the same for all samples")]
    [InlineData("1 / (t - r)", "1 + (t switch { > 1 => 2, _ => 3 })", "CM4007 at 't switch { > 1 => 2, _ => 3 }': ")]
    [InlineData("Weight(double t, double r) => 1 / (t - r);", "Weight(double t, double r) { var sum = 0.0; for (var i = 0; i < 3; i++) sum += t; return sum; }", "CM4007 at 'for (var i = 0; i < 3; i++) sum += t;': ")]
    [InlineData("1 / (t - r)", "Weight(r, t)", "CM4007 at 'Weight(r, t)': 'Weight(r, t)' cannot become tensor code: 'Weight' calls itself")]
    [InlineData("Sigma(double t) => t", "Sigma(double t) => 4 - t", "CM4008 at 'Sigma': Sigma must grow with t, but it is 3.998 at t = 0.002 and 3.99763 at t = 0.00236635")]
    [InlineData("Max(0, t - t", "Max(0, t + t", "CM4009 at 'TeacherTime': At t = 0.002 and stage 0 TeacherTime gives 0.006996, but it must be 0 or more and below t")]
    [InlineData("min: 0.002", "min: 800", "CM4003 at 'TimeSchedule(min: 800, max: 80)': In this schedule to is 80 but must be above from, 800")]
    [InlineData("std: 2.0", "std: -2", "CM4003 at 'LogNormal(mean: -1.1, std: -2)': In this schedule the deviation of ln t is -2 but must be above 0")]
    [InlineData("LogNormal(mean: -1.1, std: 2.0)", "LogNormal(0, 1), Uniform", "CM4005 at 'Uniform': 'EctSchedule' has two of ")]
    public void Mistakes_of_a_continuous_schedule_are_found(string right, string wrong, string message) => ShouldSay(Easy, right, wrong, message);

    [Theory]
    [InlineData("u * (High - Low)", "u * (High - 2 * Low)", "CM4010 at 'Discretization': Discretization(1) is ")]
    [InlineData("Low + u", "Low * 0.9 + u", "CM4010 at 'Discretization': Discretization(0) is ")]
    [InlineData("Low), Rho)", "Low), Rho) + 40 * Sin(2 * PI * u)", "CM4010 at 'Discretization': Discretization does not grow: ")]
    [InlineData("1280);", "1280) / 1281;", "CM4011 at 'Intervals': Intervals is 0 at step 0 of 65536 but must be 1 or more; ")]
    [InlineData("Min(10 <<", "Min(1280 >>", "CM4011 at 'Intervals': Intervals falls from 1280 to 640 by step 8192 of 65536; ")]
    [InlineData("    public static int Intervals", "    public static int Cutz", "CM4004 at 'IctSchedule': 'IctSchedule' has Discretization but not Intervals; ")]
    [InlineData("    public static double Discretization", "    public static double COut(double t) => t / 2;\n    public static double Discretization", "CM4012 at 'COut': COut(0.002) is 0.001 but must be 0, ")]
    public void Mistakes_of_a_grid_are_found(string right, string wrong, string message) => ShouldSay(Improved, right, wrong, message);

    [Fact]
    public void What_a_host_method_computes_in_its_own_way_is_not_guessed_at() =>
        Source.Diagnose(Improved.Replace("=> Min(10 <<", "{ for (;;) { if (step > 3) return 7; step++; } }\n    private static int Unused(int step, int steps) => Min(10 <<")).ShouldBeEmpty();

    [Fact]
    public void Right_schedules_are_left_alone() => Source.Diagnose(Easy + Improved + Linear).ShouldBeEmpty();

    private static void ShouldSay(string source, string right, string wrong, string message)
    {
        source.ShouldContain(right);
        var said = Source.Diagnose(source.Replace(right, wrong)).ShouldHaveSingleItem();
        said.ShouldStartWith(message);
        Source.Generate(source.Replace(right, wrong)).Values.ShouldContain(text => text.Contains("NotSupportedException"), "the generated part throws with the id");
    }
}
