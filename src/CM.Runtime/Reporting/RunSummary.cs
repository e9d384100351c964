using System.Text.Json.Nodes;

namespace CM.Runtime;

/// <summary>The outcome of a run.</summary>
public sealed record RunSummary
{
    /// <summary>Name of the experiment.</summary>
    public required string Experiment { get; init; }

    /// <summary>The run's folder.</summary>
    public required string Run { get; init; }

    /// <summary>Steps done.</summary>
    public required int Step { get; init; }

    /// <summary>Steps planned.</summary>
    public required int Steps { get; init; }

    /// <summary>The smoothed loss; null where no step was done.</summary>
    public required double? Loss { get; init; }

    /// <summary>Time spent on steps, not on pictures and files.</summary>
    public required double Seconds { get; init; }

    /// <summary>Examples trained on in a second; null where no step was done.</summary>
    public required double? ImagesPerSecond { get; init; }

    /// <summary>Part of that time in which the loop waited for data; null where no step was done.</summary>
    public required double? Waiting { get; init; }

    /// <summary>
    /// Part of that time in which the loop added up gradients with other processes, waiting for them included; null where there are none.
    /// </summary>
    public required double? Summing { get; init; }

    /// <summary>Sliced Wasserstein distance of the samples to the data before the first step; null where it is not known.</summary>
    public required double? DistanceBefore { get; init; }

    /// <summary>The same after the last step.</summary>
    public required double? DistanceAfter { get; init; }

    /// <summary>The newest picture of samples.</summary>
    public required string? Picture { get; init; }

    /// <summary>The newest checkpoint.</summary>
    public required string? Checkpoint { get; init; }

    /// <summary>The command that goes on from there.</summary>
    public required string Resume { get; init; }

    /// <summary>All of it, for programs.</summary>
    public JsonObject ToJson() => new()
    {
        ["experiment"] = Experiment,
        ["run"] = Run,
        ["step"] = Step,
        ["steps"] = Steps,
        ["loss"] = Loss,
        ["seconds"] = Math.Round(Seconds, 3),
        ["images_per_second"] = ImagesPerSecond,
        ["waiting"] = Waiting,
        ["summing"] = Summing,
        ["sliced_wasserstein"] = DistanceAfter is null ? null : new JsonObject { ["before"] = DistanceBefore, ["after"] = DistanceAfter },
        ["picture"] = Picture,
        ["checkpoint"] = Checkpoint,
        ["resume"] = Resume,
    };

    /// <summary>Lines for people; the last one is the command that resumes the run.</summary>
    public IEnumerable<string> ToLines()
    {
        yield return $"{Experiment}: {Step:N0} of {Steps:N0} steps done"
            + (Loss is { } loss ? $", loss {Numbers.Short(loss)}, {Numbers.Clock(TimeSpan.FromSeconds(Seconds))} at " : "")
            + (Loss is not null ? $"{ImagesPerSecond:N0} images/s, {100 * Waiting:0.0} % of it waiting for data" : "")
            + (Summing is { } summing ? $", {100 * summing:0.0} % for sums over processes" : "");
        if (DistanceAfter is { } after)
            yield return "sliced Wasserstein distance to the data: "
                + $"{(DistanceBefore is { } before ? $"{Numbers.Short(before)} before, " : "")}{Numbers.Short(after)} now";
        if (Picture is not null)
            yield return $"samples: {Picture}";
        yield return "to go on from here:";
        yield return Resume;
    }
}
