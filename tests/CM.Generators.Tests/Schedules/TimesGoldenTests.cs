using TorchSharp;
using static CM.Generators.Tests.TimesDeclared;

namespace CM.Generators.Tests;

/// <summary>Generated schedules against numbers of the reference implementations.</summary>
public sealed class TimesGoldenTests
{
    private const double Tight = 1e-11;

    private static readonly TimesDeclared Declared = Compile(TimesTests.Easy + TimesTests.Improved + TimesTests.Linear
        + TimesTests.Improved.Replace("IctSchedule", "SmallTimes").Replace("1280", "100")
        + TimesTests.Improved.Replace("IctSchedule", "OtherSchedule").Replace("0.002", "0.02").Replace("80,", "100,").Replace(", 80)", ", 100)").Replace("Rho = 7", "Rho = 5").Replace("-1.1, 2", "-0.8, 1.6")
        + TimesTests.Easy.Replace("EctSchedule", "ConstantGap").Replace("8 * progress", "3 * progress").Replace(" * (1 + 8 / (1 + Exp(t)))", "")
        + TimesTests.Easy.Replace("EctSchedule", "PlainSchedule").Replace("max: 80", "max: 80, Preconditioning = Preconditioning.Edm")
        + TimesTests.Linear.Replace("LinearSchedule", "LinearBoundary").Replace("0.002, 80", "0.002, 80, Preconditioning = Preconditioning.Consistency"));

    [Fact]
    public void Grids_grow_as_iCT_says()
    {
        int[] Points(string type, int[] steps, int total) => [.. steps.Select(step => (int)Declared.Call(type, "Intervals", step, total) + 1)];
        Points("IctSchedule", TimesNumbers.ImprovedSteps, 400_000).ShouldBe(TimesNumbers.ImprovedPoints);
        Points("SmallTimes", TimesNumbers.SmallSteps, 10_000).ShouldBe(TimesNumbers.SmallPoints);
    }

    [Fact]
    public void Grids_and_their_probabilities_are_those_of_iCT_and_GC()
    {
        double[] Every(string type, string method, int cuts, int stride) =>
            [.. ((double[])Declared.Call(type, method, cuts)).Where((_, i) => i % stride == 0)];
        ShouldAgree(Every("IctSchedule", "Times", 10, 1), TimesNumbers.Sigmas10, Tight);
        ShouldAgree(Every("IctSchedule", "Probabilities", 10, 1), TimesNumbers.Probabilities10, Tight);
        ShouldAgree(Every("IctSchedule", "Times", 160, 16), TimesNumbers.Sigmas160, Tight);
        ShouldAgree(Every("IctSchedule", "Probabilities", 160, 16), TimesNumbers.Probabilities160, Tight);
        ShouldAgree(Every("IctSchedule", "Times", 1280, 160), TimesNumbers.Sigmas1280, Tight);
        ShouldAgree(Every("IctSchedule", "Probabilities", 1280, 160), TimesNumbers.Probabilities1280, 1e-9);
        ShouldAgree(Every("OtherSchedule", "Times", 40, 5), TimesNumbers.Sigmas40, Tight);
        ShouldAgree(Every("OtherSchedule", "Probabilities", 40, 5), TimesNumbers.Probabilities40, Tight);
    }

    [Fact]
    public void Earlier_times_and_weights_are_those_of_ECT()
    {
        for (var i = 0; i < TimesNumbers.EasySteps.Length; i++)
        {
            var stage = (int)Declared.Call("EctSchedule", "Stage", TimesNumbers.EasySteps[i] / 400_000.0);
            stage.ShouldBe(TimesNumbers.EasyStages[i]);
            ShouldAgree(Declared.At("EctSchedule", "TeacherTime", TimesNumbers.EctSchedule, stage), TimesNumbers.EasyEarlier[i], Tight, $"stage {stage}");
            using var r = torch.tensor(TimesNumbers.EasyEarlier[i]);
            ShouldAgree(Declared.At("EctSchedule", "Weight", TimesNumbers.EctSchedule, r), TimesNumbers.EasyWeights[i], 1e-9, $"stage {stage}");
        }

        for (var i = 0; i < TimesNumbers.ConstantSteps.Length; i++)
        {
            var stage = (int)Declared.Call("ConstantGap", "Stage", TimesNumbers.ConstantSteps[i] / 1000.0);
            ShouldAgree(Declared.At("ConstantGap", "TeacherTime", TimesNumbers.EctSchedule, stage), TimesNumbers.ConstantEarlier[i], Tight);
        }
    }

    [Fact]
    public void Preconditioning_is_that_of_VCT()
    {
        Check("PlainSchedule", "", TimesNumbers.ExplodingPlain);
        Check("EctSchedule", "", TimesNumbers.ExplodingPlain);
        Check("EctSchedule", "Sampling", TimesNumbers.ExplodingBoundary);
        Check("IctSchedule", "", TimesNumbers.ExplodingBoundary);
        Check("LinearSchedule", "", TimesNumbers.LinearPlain);
        Check("LinearSchedule", "Sampling", TimesNumbers.LinearBoundary);
        Check("LinearBoundary", "", TimesNumbers.LinearBoundary);

        static void Check(string type, string when, double[][] expected)
        {
            ShouldAgree(Declared.At(type, "CIn", TimesNumbers.Sigmas), expected[0], Tight, $"{type}.CIn");
            ShouldAgree(Declared.At(type, "CSkip" + when, TimesNumbers.Sigmas), expected[1], Tight, $"{type}.CSkip{when}");
            ShouldAgree(Declared.At(type, "COut" + when, TimesNumbers.Sigmas), expected[2], Tight, $"{type}.COut{when}");
        }
    }

    [Fact]
    public void Continuous_times_follow_their_law_and_their_stage()
    {
        torch.manual_seed(1);
        var (t, r) = Draw("EctSchedule", 50_000, 400_000, 20_000);
        var logarithms = t.Select(time => Math.Log(time)).ToArray();
        var mean = logarithms.Average();
        mean.ShouldBe(-1.1, 4 * 2 / Math.Sqrt(logarithms.Length));
        Math.Sqrt(logarithms.Average(value => (value - mean) * (value - mean))).ShouldBe(2, 4 * 2 / Math.Sqrt(2.0 * logarithms.Length));
        t.Max().ShouldBeGreaterThan(80, "the law has no upper end");
        ShouldAgree(r, [.. t.Select(time => (double)Declared.Call("EctSchedule", "TeacherTime", time, 1))], 1e-12);

        Draw("LinearSchedule", 0, 400_000, 20_000).T.Max().ShouldBe(80, "no data are left at the end, and nothing lies beyond");
    }

    [Fact]
    public void Intervals_of_a_grid_are_drawn_with_their_probabilities()
    {
        torch.manual_seed(1);
        const int Count = 20_000;
        foreach (var step in (int[])[0, 60_000, 0])
        {
            var cuts = (int)Declared.Call("IctSchedule", "Intervals", step, 400_000);
            var times = (double[])Declared.Call("IctSchedule", "Times", cuts);
            var probabilities = (double[])Declared.Call("IctSchedule", "Probabilities", cuts);
            var (t, r) = Draw("IctSchedule", step, 400_000, Count);
            var drawn = new int[cuts];
            for (var i = 0; i < Count; i++)
            {
                var interval = Array.IndexOf(times, r[i]);
                t[i].ShouldBe(times[interval + 1]);
                drawn[interval]++;
            }

            for (var i = 0; i < cuts; i++)
                ((double)drawn[i]).ShouldBe(Count * probabilities[i], 5 * Math.Sqrt(Count * probabilities[i]) + 1, $"interval {i} of {cuts}");
        }
    }

    [Fact]
    public void Uniform_intervals_are_equally_likely()
    {
        var uniform = Compile(TimesTests.Improved.Replace("LogNormal(-1.1, 2)", "Uniform"));
        ((double[])uniform.Call("IctSchedule", "Probabilities", 4)).ShouldBe([0.25, 0.25, 0.25, 0.25]);
    }

    private static (double[] T, double[] R) Draw(string type, int step, int steps, long count)
    {
        var (t, r) = ((torch.Tensor, torch.Tensor))Declared.Call(type, "Draw", step, steps, count, torch.CPU);
        using (t)
        using (r)
            return (t.data<double>().ToArray(), r.data<double>().ToArray());
    }
}
