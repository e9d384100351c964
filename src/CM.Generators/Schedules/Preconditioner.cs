namespace CM.Generators.Schedules;

/// <summary>
/// How a network F becomes f(x, t) = Keep(t)·x + Give(t)·F(Feed(t)·x, ¼ ln t). With h = Signal(t), s = Noise(t), σ the deviation of the data:
/// <list type="bullet">
/// <item>plain (Karras et al. 2022, table 1): Feed = 1/√(s² + σ²h²), Keep = σ²h/(s² + σ²h²), Give = σ·s·Feed;</item>
/// <item>boundary (Song et al. 2023, equation 5): h and s in Keep and Give are moved so that f(x, from) = x exactly:
/// δ = s − Noise(from) and b = (h − Signal(to))/(Signal(from) − Signal(to)), or 1 where Signal does not change.</item>
/// </list>
/// A record's own Keep, Give or Feed is taken as it is.
/// </summary>
/// <param name="KeepWhenSampling">Null where it is <paramref name="Keep"/>.</param>
/// <param name="GiveWhenSampling">Null where it is <paramref name="Give"/>.</param>
internal sealed record Preconditioner(Method Keep, Method Give, Method Feed, Method? KeepWhenSampling, Method? GiveWhenSampling)
{
    private static readonly Variable Time = new("t", Kind.Real, PerSample: true);

    public static Preconditioner Of(Schedule schedule)
    {
        var boundary = schedule.Preconditioning == Preconditioning.Boundary;
        var later = schedule.Preconditioning == Preconditioning.BoundaryWhenSampling;
        return new(
            schedule.Keep?.Method ?? KeepOf(schedule, "Keep", boundary),
            schedule.Give?.Method ?? GiveOf(schedule, "Give", boundary),
            schedule.Feed?.Method ?? FeedOf(schedule),
            later && schedule.Keep is null ? KeepOf(schedule, "KeepWhenSampling", boundary: true) : null,
            later && schedule.Give is null ? GiveOf(schedule, "GiveWhenSampling", boundary: true) : null);
    }

    private static Method KeepOf(Schedule schedule, string name, bool boundary)
    {
        var code = new MethodBuilder(name, Time);
        var signal = boundary ? Blend(schedule, code) : code.Keep("signal", code.Call(schedule.Signal!.Method, Time), named: false);
        var noise = boundary ? Delta(schedule, code) : code.Keep("noise", code.Call(schedule.Noise!.Method, Time), named: false);
        return code.Build(Over(Times(Variance(schedule), signal), Energy(schedule, signal, noise)));
    }

    private static Method GiveOf(Schedule schedule, string name, bool boundary)
    {
        var code = new MethodBuilder(name, Time);
        var signal = code.Keep("signal", code.Call(schedule.Signal!.Method, Time), named: false);
        var noise = code.Keep("noise", code.Call(schedule.Noise!.Method, Time), named: false);
        var shown = boundary ? Delta(schedule, code) : noise;
        return code.Build(Over(Times(Algebra.Real(schedule.DataDeviation), shown), Algebra.Apply("Sqrt", Energy(schedule, signal, noise))));
    }

    private static Method FeedOf(Schedule schedule)
    {
        var code = new MethodBuilder("Feed", Time);
        var signal = code.Keep("signal", code.Call(schedule.Signal!.Method, Time), named: false);
        var noise = code.Keep("noise", code.Call(schedule.Noise!.Method, Time), named: false);
        return code.Build(Over(Algebra.Real(1), Algebra.Apply("Sqrt", Energy(schedule, signal, noise))));
    }

    private static Formula Delta(Schedule schedule, MethodBuilder code) =>
        code.Keep("delta", Algebra.Combine(Operation.Subtract, code.Call(schedule.Noise!.Method, Time), Algebra.Real(schedule.Noise.Method.Evaluate(schedule.From))), named: false);

    private static Formula Blend(Schedule schedule, MethodBuilder code)
    {
        var signal = schedule.Signal!.Method;
        var (first, last) = (signal.Evaluate(schedule.From), signal.Evaluate(schedule.To));
        return first == last
            ? Algebra.Real(1)
            : code.Keep("blend", Over(Algebra.Combine(Operation.Subtract, code.Call(signal, Time), Algebra.Real(last)), Algebra.Real(first - last)), named: false);
    }

    // noise² + σ²·signal²
    private static Formula Energy(Schedule schedule, Formula signal, Formula noise) =>
        Algebra.Combine(Operation.Add, Algebra.Square(noise), Times(Variance(schedule), Algebra.Square(signal)));

    private static Formula Variance(Schedule schedule) => Algebra.Real(schedule.DataDeviation * schedule.DataDeviation);

    private static Formula Times(Formula left, Formula right) => Algebra.Combine(Operation.Multiply, left, right);

    private static Formula Over(Formula left, Formula right) => Algebra.Combine(Operation.Divide, left, right);
}
