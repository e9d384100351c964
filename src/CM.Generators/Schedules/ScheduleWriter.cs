using static CM.Generators.Core.Literals;

namespace CM.Generators.Schedules;

/// <summary>Writes the generated part of a time schedule: its formulas over tensors, its preconditioning, its draw of times.</summary>
internal static class ScheduleWriter
{
    private const string TimesOfSamples = "Times, <c>[B]</c>, float64.";

    public static string Write(Schedule schedule)
    {
        var errors = ScheduleChecker.Check(schedule).Where(finding => finding.IsError).Select(finding => finding.Rule).ToArray();
        var broken = errors.Length > 0 ? "has errors, the first is " + errors[0]
            : schedule.Alpha is null || schedule.Sigma is null ? "has errors, the first is CM4002"
            : schedule.HasGaps ? "does not compile yet"
            : null;
        return CodeWriter.File(Summary(schedule), schedule.Name, "",
            ["static System.Math", "static TorchSharp.torch"],
            code =>
            {
                if (broken is not null)
                    Broken(code, schedule, $"{schedule.Name.Name} {broken}.");
                else
                    Members(code, schedule);
            });
    }

    /// <summary>The schedule in a line, such as <c>EctSchedule: from 0.002 to 80, ln t ~ N(−1.1, 2²), continuous</c>.</summary>
    public static string Summary(Schedule schedule) =>
        $"{schedule.Name.Name}: from {Number(schedule.From)} to {Number(schedule.To)}, {LawText(schedule.Law)}, {(schedule.IsContinuous ? "continuous" : "discretised")}";

    private static string LawText(Law? law) => law switch
    {
        LogNormalLaw normal => $"ln t ~ N({Number(normal.Mean).Replace('-', '−')}, {Number(normal.Deviation)}²){(normal.Truncated ? ", truncated" : "")}",
        LogStudentTLaw student => $"ln t ~ {Number(student.Mean).Replace('-', '−')} + {Number(student.Scale)}·Student({Number(student.DegreesOfFreedom)}), truncated",
        UniformLaw => "uniform intervals",
        _ => "no law",
    };

    private static void Members(CodeWriter code, Schedule schedule)
    {
        var forms = Preconditioner.Of(schedule);
        Twin(code, schedule.Alpha!.Method, "how much data there is at each time", TimesOfSamples);
        Twin(code, schedule.Sigma!.Method, "how much noise there is at each time", TimesOfSamples);
        if (schedule.TeacherTime is { } earlier)
            Twin(code, earlier.Method, "the teacher's time for each of the student's", TimesOfSamples, "The stage of training, 0 or more.");
        Twin(code, schedule.Weight?.Method ?? DefaultWeight, "the weight of a pair of times in the loss", "The student's times, <c>[B]</c>, float64.", "The teacher's times, <c>[B]</c>, float64.");

        var training = forms.CSkipSampling is null && forms.COutSampling is null ? "" : ", while training";
        Twin(code, forms.CSkip, "how much of its noisy input f(x, t) keeps" + training, TimesOfSamples);
        Twin(code, forms.COut, "how much of the network's output f(x, t) takes" + training, TimesOfSamples);
        Twin(code, forms.CIn, "what scales the noisy input for the network", TimesOfSamples);
        if (forms.CSkipSampling is { } keep)
            Twin(code, keep, "how much of its noisy input f(x, t) keeps, while sampling: all of it at the smallest time", TimesOfSamples);
        if (forms.COutSampling is { } give)
            Twin(code, give, "how much of the network's output f(x, t) takes, while sampling: nothing at the smallest time", TimesOfSamples);

        if (schedule.IsContinuous)
            DrawContinuous(code, schedule);
        else
            DrawFromGrid(code, schedule);
    }

    private static Method DefaultWeight { get; } = MakeDefaultWeight();

    private static Method MakeDefaultWeight()
    {
        Variable t = new("t", Kind.Real, PerSample: true), r = new("r", Kind.Real, PerSample: true);
        return new MethodBuilder("Weight", t, r).Build(Algebra.Combine(Operation.Divide, Algebra.Real(1), Algebra.Combine(Operation.Subtract, t, r)));
    }

    // The tensor form of a method, with its formula above it.
    private static void Twin(CodeWriter code, Method method, string meaning, params string[] parameters)
    {
        code.Line($"/// <summary>{Call(method)} = {Xml(ScheduleFormulaText.Of(method))}: {meaning}.</summary>");
        for (var i = 0; i < parameters.Length; i++)
            code.Line($"/// <param name=\"{method.Parameters[i].Name}\">{parameters[i]}</param>");
        code.Line("/// <returns><c>[B]</c>, float64.</returns>");

        var header = $"public static Tensor {method.Name}({string.Join(", ", method.Parameters.Select(parameter => $"{(parameter.PerSample ? "Tensor" : "int")} {Escape(parameter.Name)}"))})";
        var result = ScheduleFormulaCode.Tensor(method.Result!, Escape(method.Parameters[0].Name));
        if (method.Locals.Count == 0 && !LeavesTemporaries(method.Result!))
        {
            code.Line($"{header} => {result};").Line();
            return;
        }

        using (code.Braces(header))
        {
            code.Line("using var _ = NewDisposeScope();");
            foreach (var local in method.Locals)
                code.Line($"var {Escape(local.Name)} = {ScheduleFormulaCode.Of(local.Value)};");
            code.Line($"return {(ScheduleFormulaCode.IsPrimary(method.Result!) ? result : $"({result})")}.MoveToOuterDisposeScope();");
        }

        code.Line();
    }

    private static string Call(Method method) => $"{method.Name}({string.Join(", ", method.Parameters.Select(parameter => parameter.Name))})";

    // One operation on parameters makes one tensor, the result.
    private static bool LeavesTemporaries(Formula formula) =>
        formula is Choice || Algebra.Parts(formula).Count(part => part.PerSample && part is not Variable) > 1;

    private static void DrawContinuous(CodeWriter code, Schedule schedule)
    {
        var clamped = schedule.EndsInNoise && schedule.Law is LogNormalLaw { Truncated: false };
        DrawDocumentation(code, $"Draws {LawText(schedule.Law)} for each sample{(clamped ? $", no later than {Number(schedule.To)}" : "")}, and the teacher's time r = TeacherTime(t, stage)");
        using (code.Braces("public static (Tensor T, Tensor R) Draw(int step, int steps, long count, Device device)"))
        {
            code.Line("using var _ = NewDisposeScope();");
            switch (schedule.Law)
            {
                case LogNormalLaw { Truncated: true } law:
                    var centred = law.Mean == 0 ? "ends.log()" : $"(ends.log() {(law.Mean < 0 ? "+" : "-")} {Number(Math.Abs(law.Mean))})";
                    code.Line($"var ends = tensor(new double[] {{ {Number(schedule.From)}, {Number(schedule.To)} }}, device: device);");
                    code.Line($"var below = ({centred} / ({Wide(law)})).erf(); // u = erf((ln t − mean)/(√2·deviation)) at both ends");
                    code.Line("var u = below[0] + (below[1] - below[0]) * rand(count, dtype: float64, device: device);");
                    code.Line($"var t = ({Wide(law)} * u.erfinv(){Shift(law.Mean)}).exp().clamp({Number(schedule.From)}, {Number(schedule.To)});");
                    break;
                case LogNormalLaw law:
                    code.Line($"var t = ({Scale(law.Deviation)}randn(count, dtype: float64, device: device){Shift(law.Mean)}).exp(){(clamped ? $".clamp_max({Number(schedule.To)})" : "")};");
                    break;
                case LogStudentTLaw law:
                    code.Line($"var t = global::CM.Runtime.LogStudentT.Draw(count, mean: {Number(law.Mean)}, scale: {Number(law.Scale)}, degreesOfFreedom: {Number(law.DegreesOfFreedom)}, from: {Number(schedule.From)}, to: {Number(schedule.To)}, device);");
                    break;
            }

            code.Line($"var r = TeacherTime(t, {(schedule.Stage is null ? "0" : "Stage((double)step / steps)")});");
            code.Line("return (t.MoveToOuterDisposeScope(), r.MoveToOuterDisposeScope());");
        }

        static string Wide(LogNormalLaw law) => $"{Scale(law.Deviation)}Sqrt(2)";
        static string Scale(double deviation) => deviation == 1 ? "" : $"{Number(deviation)} * ";
        static string Shift(double mean) => mean == 0 ? "" : mean < 0 ? $" - {Number(-mean)}" : $" + {Number(mean)}";
    }

    private static void DrawFromGrid(CodeWriter code, Schedule schedule)
    {
        DrawDocumentation(code, $"Draws an interval of the grid for each sample, {(schedule.Law is UniformLaw ? "all equally likely" : $"with {LawText(schedule.Law)}")}: t is its upper end, r its lower one");
        code.Line("public static (Tensor T, Tensor R) Draw(int step, int steps, long count, Device device) => Partitioned(Intervals(step, steps)).Draw(count, device);");

        code.Line();
        code.Line("/// <summary>The ends of the intervals, ascending: Discretization(i/intervals) for i = 0 … intervals.</summary>");
        code.Line("/// <param name=\"intervals\">Number of intervals, 1 or more.</param>");
        using (code.Braces("public static double[] Times(int intervals)"))
        {
            code.Line("var times = new double[intervals + 1];");
            code.Line("for (var i = 0; i <= intervals; i++)").Line("    times[i] = Discretization((double)i / intervals);");
            code.Line("return times;");
        }

        code.Line();
        if (schedule.Law is LogNormalLaw law)
        {
            code.Line("/// <summary>");
            code.Line("/// The probability of each interval, erf(uᵢ₊₁) − erf(uᵢ) with u = (ln t − mean)/(√2·deviation), divided by their sum");
            code.Line("/// (Song and Dhariwal 2023, section 3.5).");
            code.Line("/// </summary>");
            code.Line("/// <param name=\"intervals\">Number of intervals, 1 or more.</param>");
            using (code.Braces("public static double[] Probabilities(int intervals)"))
            {
                var centred = law.Mean == 0 ? "tensor(Times(intervals)).log()" : $"(tensor(Times(intervals)).log() {(law.Mean < 0 ? "+" : "-")} {Number(Math.Abs(law.Mean))})";
                code.Line("using var _ = NewDisposeScope();");
                code.Line($"var below = ({centred} / ({(law.Deviation == 1 ? "" : Number(law.Deviation) + " * ")}Sqrt(2))).erf(); // [intervals + 1]");
                code.Line("var between = below.narrow(0, 1, intervals) - below.narrow(0, 0, intervals);");
                code.Line("return (between / between.sum()).data<double>().ToArray();");
            }
        }
        else
        {
            code.Line("/// <summary>The probability of each interval: all are equally likely (Song et al. 2023).</summary>");
            code.Line("/// <param name=\"intervals\">Number of intervals, 1 or more.</param>");
            using (code.Braces("public static double[] Probabilities(int intervals)"))
            {
                code.Line("var probabilities = new double[intervals];");
                code.Line("global::System.Array.Fill(probabilities, 1.0 / intervals);");
                code.Line("return probabilities;");
            }
        }

        code.Line();
        code.Line("// The partition used last. It is replaced as a whole, so any thread may look at it.");
        code.Line("private static global::CM.Runtime.TimePartition? lastPartition;").Line();
        code.Line("private static global::CM.Runtime.TimePartition Partitioned(int intervals) =>");
        code.Line("    lastPartition is { } last && last.Intervals == intervals ? last : lastPartition = new(Times(intervals), Probabilities(intervals));");
    }

    private static void DrawDocumentation(CodeWriter code, string what)
    {
        code.Line($"/// <summary>{Xml(what)}.</summary>");
        code.Line("/// <param name=\"step\">From 0 up to, but not including, <paramref name=\"steps\"/>.</param>");
        code.Line("/// <param name=\"steps\">Steps of the whole training.</param>");
        code.Line("/// <param name=\"count\">How many samples, B.</param>");
        code.Line("/// <param name=\"device\">Device of the times.</param>");
        code.Line("/// <returns>The student's and the teacher's times, <c>[B]</c> each, float64.</returns>");
    }

    private static void Broken(CodeWriter code, Schedule schedule, string message)
    {
        var parameters = new Dictionary<string, string> { ["TeacherTime"] = "Tensor t, int stage", ["Weight"] = "Tensor t, Tensor r" };
        string[] methods = ["Alpha", "Sigma", "TeacherTime", "Weight", "CSkip", "COut", "CIn"];
        foreach (var method in methods.Where(method => method != "TeacherTime" || schedule.IsContinuous))
            code.Line($"public static Tensor {method}({(parameters.TryGetValue(method, out var given) ? given : "Tensor t")}) => throw new global::System.NotSupportedException({Quote(message)});").Line();
        code.Line($"public static (Tensor T, Tensor R) Draw(int step, int steps, long count, Device device) => throw new global::System.NotSupportedException({Quote(message)});");
    }
}
