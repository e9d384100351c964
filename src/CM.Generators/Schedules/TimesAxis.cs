namespace CM.Generators.Schedules;

/// <summary>The schedule as an experiment uses it.</summary>
/// <param name="Summary">The schedule in a line.</param>
/// <param name="AlphaIsOne">Alpha(t) = 1 for all t.</param>
/// <param name="SigmaIsTime">Sigma(t) = t.</param>
/// <param name="ReachesData">Whether the teacher's time can be 0.</param>
/// <param name="WeightIsOne">Weight(t, r) = 1.</param>
/// <param name="CSkip">The method that gives CSkip while sampling.</param>
/// <param name="COut">The method that gives COut while sampling.</param>
/// <param name="SampleSigma">Sigma at each of the sampling times.</param>
/// <param name="SampleAlpha">Alpha at each of the sampling times.</param>
internal sealed record TimesAxis(
    string Name, string Code, string Summary, bool AlphaIsOne, bool SigmaIsTime, bool ReachesData, bool WeightIsOne, string CSkip, string COut,
    EquatableArray<double> SampleSigma, EquatableArray<double> SampleAlpha)
{
    /// <summary>Whether there is TeacherTime, and not a grid.</summary>
    public bool IsContinuous { get; init; }

    /// <summary>The smallest time.</summary>
    public double From { get; init; }

    /// <summary>The largest time.</summary>
    public double To { get; init; }

    /// <summary>Whether the target is always the data.</summary>
    public bool IsDiffusion { get; init; }

    /// <summary>Whether the schedule has a Stage of its own.</summary>
    public bool HasStage { get; init; }

    /// <summary>Whether the schedule has a Weight of its own.</summary>
    public bool HasWeight { get; init; }

    public bool SamplesDifferently => CSkip != "CSkip" || COut != "COut";
}
