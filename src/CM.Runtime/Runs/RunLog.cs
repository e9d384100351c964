using System.Text.Json;
using System.Text.Json.Nodes;

namespace CM.Runtime;

/// <summary>
/// The records of a run, twice: the file <c>log.jsonl</c> with one JSON object a line, and a file of events for
/// TensorBoard. A line has the steps done,
/// <c>step</c>, and whatever numbers there are; a number that is rarely taken may be called by <c>name</c> and <c>value</c>.
/// </summary>
internal sealed class RunLog : IDisposable
{
    /// <summary>In a line: the mean loss in each bucket of <see cref="LossByTime"/>, null where there were no samples.</summary>
    public const string LossByTime = "loss_by_time";

    /// <summary>In a line: how many samples there were in each bucket.</summary>
    public const string SamplesByTime = "samples_by_time";

    private static readonly string[] NoScalars = ["step", "seconds"];

    private readonly StreamWriter writer;
    private readonly EventFile events;
    private readonly double[] times;

    /// <summary>Opens the log, and takes out what was logged after the step from which the run goes on.</summary>
    /// <param name="folder">Folder with the records.</param>
    /// <param name="times">Edges of the buckets of <see cref="LossByTime"/>.</param>
    /// <param name="firstStep">Steps that are done.</param>
    public RunLog(RunFolder folder, double[] times, int firstStep)
    {
        this.times = times;
        var path = folder.Log;
        if (File.Exists(path))
        {
            var kept = File.ReadLines(path).Where(line => StepOf(line) <= firstStep).ToList();
            var text = string.Concat(kept.Select(line => line + "\n"));
            AtomicFile.Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
        }
        events = new EventFile(folder.Path, firstStep);
        writer = new StreamWriter(path, append: true) { AutoFlush = true };
    }

    /// <summary>The lines of a log, without one that was cut off; none where there is no log.</summary>
    public static IEnumerable<JsonObject> Read(string path)
    {
        foreach (var line in File.Exists(path) ? File.ReadLines(path) : [])
            if (StepOf(line) != long.MaxValue && JsonNode.Parse(line) is JsonObject read)
                yield return read;
    }

    /// <summary>Adds a line.</summary>
    /// <param name="line">Line to record.</param>
    /// <param name="picture">The picture of samples that the line tells of; null where there is none.</param>
    public void Write(JsonObject line, EncodedImage? picture = null)
    {
        var text = JsonText.Line(line);
        writer.WriteLine(text);
        var record = JsonNode.Parse(text)!.AsObject(); // whose numbers can be read as any kind of number
        var step = (long)record["step"]!;
        if (ScalarsOf(record).ToList() is { Count: > 0 } scalars)
            events.AddScalars(step, scalars);
        if (record[SamplesByTime] is JsonArray samples)
            events.AddHistogram(step, "log_times", [.. times.Select(time => Math.Log(time))], ValuesOf(samples));
        if (picture is not null)
            events.AddPicture(step, "samples", picture);
    }

    public void Dispose()
    {
        writer.Dispose();
        events.Dispose();
    }

    private IEnumerable<(string Tag, double Value)> ScalarsOf(JsonObject line)
    {
        if (line["name"] is JsonValue name && line["value"] is JsonValue value)
            yield return ((string)name!, (double)value);
        else
            foreach (var (tag, node) in line)
                if (!NoScalars.Contains(tag) && node is JsonValue number && number.GetValueKind() == JsonValueKind.Number)
                    yield return (tag, (double)number);

        if (line[LossByTime] is not JsonArray losses || line[SamplesByTime] is not JsonArray samples)
            yield break;
        var quarters = RunMeter.Quarters(ValuesOf(losses), ValuesOf(samples));
        for (var i = 0; i < quarters.Length; i++)
            if (double.IsFinite(quarters[i]))
                yield return ($"{LossByTime}/{i + 1}: {Numbers.Short(Edge(i))} to {Numbers.Short(Edge(i + 1))}", quarters[i]);

        double Edge(int quarter) => times[quarter * (times.Length - 1) / quarters.Length];
    }

    private static double[] ValuesOf(JsonArray array) => [.. array.Select(each => (double?)each ?? double.NaN)];

    private static long StepOf(string line)
    {
        try
        {
            return (long?)JsonNode.Parse(line)?["step"] ?? long.MaxValue;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
        {
            return long.MaxValue; // cut off when the run was killed
        }
    }
}
