namespace CM.Generators.Schedules;

/// <summary>The schedule as an experiment uses it.</summary>
/// <param name="Summary">The schedule in a line.</param>
/// <param name="SignalIsOne">Signal(t) = 1 for all t.</param>
/// <param name="NoiseIsTime">Noise(t) = t.</param>
/// <param name="ReachesData">Whether the teacher's time can be 0.</param>
/// <param name="WeightIsOne">Weight(t, r) = 1.</param>
/// <param name="Keep">The method that gives Keep while sampling.</param>
/// <param name="Give">The method that gives Give while sampling.</param>
/// <param name="SampleNoise">Noise at each of the sampling times.</param>
/// <param name="SampleSignal">Signal at each of the sampling times.</param>
internal sealed record TimesAxis(
    string Name, string Code, string Summary, bool SignalIsOne, bool NoiseIsTime, bool ReachesData, bool WeightIsOne, string Keep, string Give,
    EquatableArray<double> SampleNoise, EquatableArray<double> SampleSignal)
{
    /// <summary>Whether there is Earlier, and not a grid.</summary>
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

    public bool SamplesDifferently => Keep != "Keep" || Give != "Give";
}
