namespace CM.Generators.Schedules;

/// <summary>
/// How a network F becomes f(x, t) = CSkip(t)·x + COut(t)·F(CIn(t)·x, ¼ ln t). With h = Alpha(t), s = Sigma(t), σ the standard deviation of
/// the data:
/// <list type="bullet">
/// <item>plain (Karras et al. 2022, table 1): CIn = 1/√(s² + σ²h²), CSkip = σ²h/(s² + σ²h²), COut = σ·s·CIn;</item>
/// <item>boundary (Song et al. 2023, equation 5): h and s in Keep and Give are moved so that f(x, min) = x exactly:
/// δ = s − Sigma(from) and b = (h − Alpha(to))/(Alpha(from) − Alpha(to)), or 1 where Alpha does not change.</item>
/// </list>
/// A record's own CSkip, COut or CIn is taken as it is.
/// </summary>
/// <param name="CSkipSampling">Null where it is <paramref name="CSkip"/>.</param>
/// <param name="COutSampling">Null where it is <paramref name="COut"/>.</param>
internal sealed record Preconditioner(Method CSkip, Method COut, Method CIn, Method? CSkipSampling, Method? COutSampling)
{
    private static readonly Variable Time = new("t", Kind.Real, PerSample: true);

    public static Preconditioner Of(Schedule schedule)
    {
        var boundary = schedule.Preconditioning == Preconditioning.Consistency;
        var later = schedule.Preconditioning == Preconditioning.ConsistencyAtSampling;
        return new(
            schedule.CSkip?.Method ?? CSkipOf(schedule, "CSkip", boundary),
            schedule.COut?.Method ?? COutOf(schedule, "COut", boundary),
            schedule.CIn?.Method ?? CInOf(schedule),
            later && schedule.CSkip is null ? CSkipOf(schedule, "CSkipSampling", boundary: true) : null,
            later && schedule.COut is null ? COutOf(schedule, "COutSampling", boundary: true) : null);
    }

    private static Method CSkipOf(Schedule schedule, string name, bool boundary)
    {
        var code = new MethodBuilder(name, Time);
        var signal = boundary ? Blend(schedule, code) : code.Keep("signal", code.Call(schedule.Alpha!.Method, Time), named: false);
        var noise = boundary ? Delta(schedule, code) : code.Keep("noise", code.Call(schedule.Sigma!.Method, Time), named: false);
        return code.Build(Over(Times(Variance(schedule), signal), Energy(schedule, signal, noise)));
    }

    private static Method COutOf(Schedule schedule, string name, bool boundary)
    {
        var code = new MethodBuilder(name, Time);
        var signal = code.Keep("signal", code.Call(schedule.Alpha!.Method, Time), named: false);
        var noise = code.Keep("noise", code.Call(schedule.Sigma!.Method, Time), named: false);
        var shown = boundary ? Delta(schedule, code) : noise;
        return code.Build(Over(Times(Algebra.Real(schedule.SigmaData), shown), Algebra.Apply("Sqrt", Energy(schedule, signal, noise))));
    }

    private static Method CInOf(Schedule schedule)
    {
        var code = new MethodBuilder("CIn", Time);
        var signal = code.Keep("signal", code.Call(schedule.Alpha!.Method, Time), named: false);
        var noise = code.Keep("noise", code.Call(schedule.Sigma!.Method, Time), named: false);
        return code.Build(Over(Algebra.Real(1), Algebra.Apply("Sqrt", Energy(schedule, signal, noise))));
    }

    private static Formula Delta(Schedule schedule, MethodBuilder code) =>
        code.Keep("delta", Algebra.Combine(Operation.Subtract, code.Call(schedule.Sigma!.Method, Time), Algebra.Real(schedule.Sigma.Method.Evaluate(schedule.From))), named: false);

    private static Formula Blend(Schedule schedule, MethodBuilder code)
    {
        var signal = schedule.Alpha!.Method;
        var (first, last) = (signal.Evaluate(schedule.From), signal.Evaluate(schedule.To));
        return first == last
            ? Algebra.Real(1)
            : code.Keep("blend", Over(Algebra.Combine(Operation.Subtract, code.Call(signal, Time), Algebra.Real(last)), Algebra.Real(first - last)), named: false);
    }

    // noise² + σ²·signal²
    private static Formula Energy(Schedule schedule, Formula signal, Formula noise) =>
        Algebra.Combine(Operation.Add, Algebra.Square(noise), Times(Variance(schedule), Algebra.Square(signal)));

    private static Formula Variance(Schedule schedule) => Algebra.Real(schedule.SigmaData * schedule.SigmaData);

    private static Formula Times(Formula left, Formula right) => Algebra.Combine(Operation.Multiply, left, right);

    private static Formula Over(Formula left, Formula right) => Algebra.Combine(Operation.Divide, left, right);
}
