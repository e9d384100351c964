namespace CM.Dsl;

/// <summary>Result of <c>Couple</c>: the two ends of every path x_t = Alpha(t)·data + Sigma(t)·noise, both of the data's shape.</summary>
public sealed class Pair
{
    /// <summary>Pairs data with noise.</summary>
    /// <param name="data">The data end.</param>
    /// <param name="noise">The noise end.</param>
    public Pair(Value data, Value noise) => throw Value.NeverRun();

    /// <summary>A number per sample, <c>[B]</c>, that is added to its loss. Default: none.</summary>
    public Value? Regularization { get; init; }
}

/// <summary>The two times of every sample, <c>[B]</c> each.</summary>
public sealed class TimePair
{
    private TimePair()
    {
    }

    /// <summary>The teacher's time r; while sampling, the time that is sampled.</summary>
    public Value R => throw Value.NeverRun();

    /// <summary>The student's time t; while sampling, the time that is sampled.</summary>
    public Value T => throw Value.NeverRun();
}
