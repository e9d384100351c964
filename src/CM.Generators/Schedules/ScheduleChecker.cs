using CM.Generators.Diagnostics;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Schedules;

/// <summary>Checks a schedule by computing with its formulas. Formulas that could not be read are not checked.</summary>
internal static class ScheduleChecker
{
    private const double Tolerance = 1e-6;

    /// <summary>Everything wrong with it, what reading found included.</summary>
    public static IReadOnlyList<Finding> Check(Schedule schedule)
    {
        var findings = schedule.Findings.ToList();
        findings.AddRange(Range(schedule));
        findings.AddRange(Form(schedule));
        if (findings.Count == 0)
        {
            findings.AddRange(Sigma(schedule));
            findings.AddRange(TeacherTime(schedule));
            findings.AddRange(Discretization(schedule));
            findings.AddRange(Intervals(schedule));
            findings.AddRange(Boundary(schedule));
            findings.AddRange(Mass(schedule));
        }

        if (findings.Count == 0)
            findings.AddRange(Values(schedule));

        return findings;
    }

    private static IEnumerable<Finding> Range(Schedule schedule)
    {
        if (!(schedule.From > 0))
            yield return new("CM4003", schedule.AttributeSite, $"from is {Number(schedule.From)} but must be above 0");
        else if (!(schedule.To > schedule.From))
            yield return new("CM4003", schedule.AttributeSite, $"to is {Number(schedule.To)} but must be above from, {Number(schedule.From)}");
        if (!(schedule.SigmaData > 0))
            yield return new("CM4003", schedule.AttributeSite, $"SigmaData is {Number(schedule.SigmaData)} but must be above 0");
    }

    private static IEnumerable<Finding> Form(Schedule schedule)
    {
        var discretised = schedule.Discretization is not null || schedule.Intervals is not null;
        var found = (schedule.TeacherTime is not null, schedule.Discretization is not null, schedule.Intervals is not null) switch
        {
            (false, false, false) => "has neither TeacherTime nor Discretization and Intervals",
            (true, _, _) when discretised => "has TeacherTime as well as Discretization or Intervals",
            (false, true, false) => "has Discretization but not Intervals",
            (false, false, true) => "has Intervals but not Discretization",
            _ => null,
        };
        if (found is not null)
            yield return new("CM4004", schedule.Site, schedule.Name.Name, found);
        else if (schedule.IsContinuous && schedule.Law is UniformLaw)
            yield return new("CM4006", schedule.Site, $"'{schedule.Name.Name}' is continuous, and [Uniform] draws intervals of a grid; use [LogNormal(mean, deviation)]");
        else if (!schedule.IsContinuous && schedule.Law is LogStudentTLaw)
            yield return new("CM4006", schedule.Site, $"'{schedule.Name.Name}' is discretised, and [LogStudentT] draws continuous times; use [LogNormal(mean, deviation)] or [Uniform]");
    }

    private static IEnumerable<Finding> Sigma(Schedule schedule)
    {
        if (schedule.Sigma?.Method is not { Result: not null } noise)
            yield break;
        var times = Samples.Between(schedule.From, schedule.To).ToArray();
        for (var i = 1; i < times.Length; i++)
        {
            var (before, after) = (noise.Evaluate(times[i - 1]), noise.Evaluate(times[i]));
            if (after > before)
                continue;
            yield return new("CM4008", schedule.Sigma!.Site, Short(before), Short(times[i - 1]), Short(after), Short(times[i]));
            yield break;
        }
    }

    private static IEnumerable<Finding> TeacherTime(Schedule schedule)
    {
        if (schedule.TeacherTime?.Method is not { Result: not null } earlier || schedule.Stages is not { } stages)
            yield break;
        foreach (var stage in stages)
        {
            foreach (var t in Samples.Between(schedule.From, schedule.To).Concat(Samples.Between(schedule.Drawn.Least, schedule.Drawn.Most)))
            {
                var r = earlier.Evaluate(t, stage);
                if (r >= 0 && r < t)
                    continue;
                var beyond = t >= schedule.From && t <= schedule.To ? "" : $"; the law draws times {(t < schedule.From ? "below " + Number(schedule.From) : "above " + Number(schedule.To))} too, unless it has Truncated = true";
                yield return new("CM4009", schedule.TeacherTime!.Site, Short(t), Number(stage), Short(r), beyond);
                yield break;
            }
        }
    }

    private static IEnumerable<Finding> Discretization(Schedule schedule)
    {
        if (schedule.Discretization?.Method is not { Result: not null } grid)
            yield break;
        var (first, last) = (grid.Evaluate(0), grid.Evaluate(1));
        if (!Near(first, schedule.From))
            yield return new("CM4010", schedule.Discretization!.Site, $"Discretization(0) is {Short(first)} but must be min, {Number(schedule.From)}");
        else if (!Near(last, schedule.To))
            yield return new("CM4010", schedule.Discretization!.Site, $"Discretization(1) is {Short(last)} but must be max, {Number(schedule.To)}");
        else if (Enumerable.Range(1, 64).FirstOrDefault(i => !(grid.Evaluate(i / 64d) > grid.Evaluate((i - 1) / 64d))) is var stuck and > 0)
            yield return new("CM4010", schedule.Discretization!.Site,
                $"Discretization does not grow: it is {Short(grid.Evaluate((stuck - 1) / 64d))} at {Short((stuck - 1) / 64d)} and {Short(grid.Evaluate(stuck / 64d))} at {Short(stuck / 64d)}");
    }

    private static IEnumerable<Finding> Intervals(Schedule schedule)
    {
        const int Steps = 1 << 16;
        if (schedule.Intervals?.Method is not { Result: not null } intervals)
            yield break;
        var before = 1.0;
        for (var step = 0; step < Steps; step += Steps / 64)
        {
            var now = intervals.Evaluate(step, Steps);
            if (double.IsNaN(now))
                yield break;
            if (now < 1)
                yield return new("CM4011", schedule.Intervals!.Site, $"Intervals is {Number(now)} at step {step} of {Steps} but must be 1 or more");
            else if (now < before)
                yield return new("CM4011", schedule.Intervals!.Site, $"Intervals falls from {Number(before)} to {Number(now)} by step {step} of {Steps}");
            if (now < before)
                yield break;
            before = now;
        }
    }

    private static IEnumerable<Finding> Boundary(Schedule schedule)
    {
        const string Remedy = ", so that f(x, min) = x; or leave the formula out and it is derived, or choose Preconditioning.Edm";
        if (schedule is { IsDiffusion: true, Preconditioning: not Preconditioning.Edm })
            yield return new("CM4012", schedule.AttributeSite, $"{schedule.Preconditioning} makes f(x, {Number(schedule.From)}) = x, but where TeacherTime is always 0 a diffusion model is trained, whose f(x, t) is the mean of the data; leave Preconditioning out");
        if (schedule.Preconditioning != Preconditioning.Consistency)
            yield break;
        if (schedule.CSkip is { Method.Result: not null } keep && !Near(keep.Method.Evaluate(schedule.From), 1))
            yield return new("CM4012", keep.Site, $"CSkip({Number(schedule.From)}) is {Short(keep.Method.Evaluate(schedule.From))} but must be 1{Remedy}");
        if (schedule.COut is { Method.Result: not null } give && !(Math.Abs(give.Method.Evaluate(schedule.From)) <= Tolerance))
            yield return new("CM4012", give.Site, $"COut({Number(schedule.From)}) is {Short(give.Method.Evaluate(schedule.From))} but must be 0{Remedy}");
    }

    // A distribution that is cut has something left between the ends.
    private static IEnumerable<Finding> Mass(Schedule schedule)
    {
        const double Far = 5;
        if (schedule.Law is not LogNormalLaw law || schedule.IsContinuous && !law.Truncated)
            yield break;
        var (low, high) = (Math.Log(schedule.From), Math.Log(schedule.To));
        if (law.Mean + Far * law.Deviation < low || law.Mean - Far * law.Deviation > high)
            yield return new("CM4014", schedule.AttributeSite, Number(schedule.From), Number(schedule.To), "mean", Number(law.Mean), Short(low), Short(high));
    }

    // Formulas at times that are drawn.
    private static IEnumerable<Finding> Values(Schedule schedule)
    {
        var times = Samples.Between(schedule.Drawn.Least, schedule.Drawn.Most).Prepend(schedule.From).ToArray();
        if (schedule is not { Alpha.Method.Result: not null, Sigma.Method.Result: not null })
            yield break;
        if (!(schedule.Alpha.Method.Evaluate(schedule.From) > 0))
            yield return Wrong(schedule.Alpha, "Alpha", schedule.From, "above 0, because that is where the data are");
        else if (times.FirstOrDefault(t => !IsReal(schedule.Alpha.Method.Evaluate(t))) is > 0 and var lost)
            yield return Wrong(schedule.Alpha, "Alpha", lost, "a number");
        else if (times.FirstOrDefault(t => !(schedule.Sigma.Method.Evaluate(t) > 0) || !IsReal(schedule.Sigma.Method.Evaluate(t))) is > 0 and var silent)
            yield return Wrong(schedule.Sigma, "Sigma", silent, "above 0");

        foreach (var (formula, name) in new[] { (schedule.CSkip, "CSkip"), (schedule.COut, "COut"), (schedule.CIn, "CIn") })
        {
            if (formula is { Method.Result: not null } && times.FirstOrDefault(t => !IsReal(formula.Method.Evaluate(t))) is > 0 and var at)
                yield return Wrong(formula, name, at, "a number");
        }

        if (schedule.Weight is { Method.Result: not null } weight
            && Pairs(schedule, times).FirstOrDefault(pair => !(weight.Method.Evaluate(pair.T, pair.R) is >= 0 and var value && IsReal(value))) is { T: > 0 } heavy)
            yield return new("CM4013", weight.Site, "Weight", Short(weight.Method.Evaluate(heavy.T, heavy.R)), $"{Short(heavy.T)}, r = {Short(heavy.R)}", "0 or more");

        static Finding Wrong(Formulated formula, string name, double t, string wanted) => new("CM4013", formula.Site, name, Short(formula.Method.Evaluate(t)), Short(t), wanted);
    }

    // Both times of some samples: in the first and the last stage, or on a grid of ten intervals.
    private static IEnumerable<(double T, double R)> Pairs(Schedule schedule, double[] times)
    {
        if (schedule is { TeacherTime.Method.Result: not null, Stages: { } stages })
            return new[] { stages.First(), stages.Last() }.SelectMany(stage => times.Select(t => (t, schedule.TeacherTime.Method.Evaluate(t, stage))));
        return schedule is { Discretization.Method.Result: not null }
            ? Enumerable.Range(0, 10).Select(i => (schedule.Discretization.Method.Evaluate((i + 1) / 10.0), schedule.Discretization.Method.Evaluate(i / 10.0)))
            : [];
    }

    private static bool IsReal(double value) => !double.IsNaN(value) && !double.IsInfinity(value);

    private static bool Near(double value, double wanted) => Math.Abs(value - wanted) <= Tolerance * Math.Abs(wanted);

    private static string Short(double value) => double.IsNaN(value) ? "not a number" : value.ToString("G6", System.Globalization.CultureInfo.InvariantCulture);
}
