namespace CM.Dsl;

/// <summary>What <c>Couple</c> returns: the two ends of every path x_t = Signal(t)·data + Noise(t)·noise, both of the data's shape.</summary>
public sealed class Pair
{
    /// <summary>Pairs data with noise.</summary>
    /// <param name="data">The data end.</param>
    /// <param name="noise">The noise end.</param>
    public Pair(Flow data, Flow noise) => throw Flow.NeverRun();

    /// <summary>A number per sample, <c>[B]</c>, that is added to its loss. Default: none.</summary>
    public Flow? Penalty { get; init; }
}

/// <summary>The two times of every sample, <c>[B]</c> each.</summary>
public sealed class Times
{
    private Times()
    {
    }

    /// <summary>The teacher's time r; while sampling, the time that is sampled.</summary>
    public Flow Earlier => throw Flow.NeverRun();

    /// <summary>The student's time t; while sampling, the time that is sampled.</summary>
    public Flow Later => throw Flow.NeverRun();
}
