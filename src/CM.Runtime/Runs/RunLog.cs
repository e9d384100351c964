using System.Text.Json;
using System.Text.Json.Nodes;

namespace CM.Runtime;

/// <summary>The file <c>log.jsonl</c>: one JSON object a line.</summary>
internal sealed class RunLog : IDisposable
{
    private readonly StreamWriter writer;

    /// <summary>Opens the log, and takes out what was logged after the step from which the run goes on.</summary>
    public RunLog(string path, int firstStep)
    {
        if (File.Exists(path))
        {
            var kept = File.ReadLines(path).Where(line => StepOf(line) <= firstStep).ToList();
            AtomicFile.Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(string.Concat(kept.Select(line => line + "\n")))));
        }
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
    public void Write(JsonObject line) => writer.WriteLine(JsonText.Line(line));

    public void Dispose() => writer.Dispose();

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
