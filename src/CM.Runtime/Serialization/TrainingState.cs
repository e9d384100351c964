using System.Globalization;
using System.Text.Json.Nodes;

namespace CM.Runtime;

/// <summary>Metadata of a checkpoint, beside its tensors.</summary>
/// <param name="Experiment">Name of the experiment.</param>
/// <param name="Declaration">Declaration of the experiment at the time of training.</param>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps planned.</param>
/// <param name="Batch">Examples in a step.</param>
/// <param name="Seed">The run's seed.</param>
/// <param name="FirstStep">The step with which the run began: not 0 where it counts on from another.</param>
internal sealed record TrainingState(
    string Experiment, IReadOnlyList<KeyValuePair<string, string>> Declaration,
    int Step, int Steps, int Batch, long Seed, int FirstStep = 0)
{
    public const string FormatKey = "format";
    public const string Format = "dslcm checkpoint 1";
    private const string DistanceKey = "distance";

    /// <summary>
    /// Distance of the samples from the data; null if unknown. The checkpoint with the smallest distance is kept.
    /// </summary>
    public double? Distance { get; init; }

    public IEnumerable<KeyValuePair<string, string>> ToMetadata() =>
    [
        new(FormatKey, Format),
        new("experiment", Experiment),
        new("declaration", new JsonArray([.. Declaration.Select(line => new JsonArray(line.Key, line.Value))]).ToJsonString()),
        new("step", $"{Step}"),
        new("steps", $"{Steps}"),
        new("batch", $"{Batch}"),
        new("seed", $"{Seed}"),
        new("first_step", $"{FirstStep}"),
        .. Distance is { } distance
            ? (KeyValuePair<string, string>[])[new(DistanceKey, distance.ToString("R", CultureInfo.InvariantCulture))]
            : [],
    ];

    /// <exception cref="FormatException">Something is missing or has another form.</exception>
    public static TrainingState FromMetadata(IReadOnlyDictionary<string, string> metadata)
    {
        return new TrainingState(
            Text("experiment"), Lines(Text("declaration")),
            (int)Number("step"), (int)Number("steps"), (int)Number("batch"), Number("seed"), (int)Number("first_step"))
        {
            Distance = DistanceOf(metadata),
        };

        string Text(string key) => metadata.TryGetValue(key, out var text) ? text : throw new FormatException($"its '{key}' is missing");
        long Number(string key) =>
            long.TryParse(Text(key), out var number) ? number : throw new FormatException($"its '{key}' is '{Text(key)}'");
    }

    /// <summary>The distance that a checkpoint names; null where it names none.</summary>
    public static double? DistanceOf(IReadOnlyDictionary<string, string> metadata) =>
        double.TryParse(metadata.GetValueOrDefault(DistanceKey), NumberStyles.Float, CultureInfo.InvariantCulture, out var distance)
            && double.IsFinite(distance) ? distance : null;

    /// <summary>Whether an experiment of that name declares the same.</summary>
    public bool IsOf(ExperimentPlan plan) => IsCalled(plan) && Declaration.SequenceEqual(plan.Declaration);

    // The simple name was recorded while no other experiment had it.
    private bool IsCalled(ExperimentPlan plan) =>
        Experiment == plan.Name || Experiment == plan.FullName || plan.FullName.EndsWith("." + Experiment, StringComparison.Ordinal);

    /// <summary>Refuses to go on with another experiment or a changed one.</summary>
    /// <exception cref="UserError">Says what differs.</exception>
    public void CheckSame(ExperimentPlan plan, string file)
    {
        if (!IsCalled(plan))
            throw new UserError($"{file}: a checkpoint of {Experiment}, not of {plan.Name}.");
        var gone = Declaration.Except(plan.Declaration).Select(line => $"was {line.Key}: {line.Value}");
        var come = plan.Declaration.Except(Declaration).Select(line => $"is {line.Key}: {line.Value}");
        var differences = string.Join("; ", gone.Concat(come));
        if (differences.Length > 0)
            throw new UserError($"{file}: the declaration of {Experiment} has changed since ({differences}); undo the change, "
                + "train it anew, or start anew from its weights with --fork.");
    }

    private static KeyValuePair<string, string>[] Lines(string json) =>
        [.. JsonNode.Parse(json)!.AsArray().Select(line => KeyValuePair.Create((string)line![0]!, (string)line[1]!))];
}
