using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CM.Watch;

/// <summary>The folder of a run, read as training leaves it. Only names that are made here become paths.</summary>
/// <param name="Id">Identifier in requests.</param>
/// <param name="Path">The folder.</param>
internal sealed record Run(string Id, string Path)
{
    public const string DescriptionFile = "run.json";

    private const int LongestPart = 4 << 20;
    private const int TailBytes = 64 << 10;
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(3); // a training logs every minute and saves every two

    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>When it began, as a text that sorts.</summary>
    public string Started => (string?)Described()["started"] ?? "";

    private string Log => System.IO.Path.Combine(Path, "log.jsonl");

    /// <summary>Content of <c>run.json</c>; empty if it cannot be read.</summary>
    public JsonObject Described()
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(System.IO.Path.Combine(Path, DescriptionFile))) as JsonObject ?? [];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            return [];
        }
    }

    /// <summary>State, for the list.</summary>
    public JsonObject Summary()
    {
        var described = Described();
        var last = LastStep();
        var steps = (long?)(described["steps"] as JsonValue) ?? 0;
        return new JsonObject
        {
            ["id"] = Id,
            ["name"] = Name,
            ["experiment"] = described["experiment"]?.DeepClone(),
            ["started"] = described["started"]?.DeepClone(),
            ["step"] = last,
            ["steps"] = Math.Max(steps, last),
            ["state"] = last >= steps ? "done" : DateTime.UtcNow - LastChange() < Quiet ? "running" : "stopped",
        };
    }

    /// <summary>Whole lines of the log.</summary>
    /// <param name="from">Bytes that are known already.</param>
    /// <returns>The lines; where the next ones begin; whether they are all from the start, because the log is another one by now.</returns>
    public (string Lines, long Next, bool Anew) ReadLog(long from)
    {
        using var file = OpenLog();
        if (file is null)
            return ("", 0, from > 0);
        var anew = from < 0 || from > file.Length || (from > 0 && !FollowsLine(file, from));
        file.Position = anew ? from = 0 : from;
        var bytes = new byte[Math.Min(LongestPart, file.Length - from)];
        var whole = bytes.AsSpan(0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)).LastIndexOf((byte)'\n') + 1;
        return (Encoding.UTF8.GetString(bytes, 0, whole), from + whole, anew);
    }

    /// <summary>The picture of samples after so many steps; null where there is none.</summary>
    public string? Picture(int step) => System.IO.Path.Combine(Path, "samples", $"step-{step:D6}.png") is var path && File.Exists(path) ? path : null;

    /// <summary>The declaration and what was generated from it, declarations first.</summary>
    public IReadOnlyList<(string Path, bool IsGenerated)> Sources()
    {
        var folder = System.IO.Path.Combine(Path, "source");
        return [.. FilesIn(folder).Select(path => (path, false)), .. FilesIn(System.IO.Path.Combine(folder, "generated")).Select(path => (path, true))];

        static IEnumerable<string> FilesIn(string folder) =>
            Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.cs.txt").Order(StringComparer.Ordinal) : [];
    }

    private FileStream? OpenLog() => File.Exists(Log) ? new FileStream(Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete) : null;

    private static bool FollowsLine(FileStream file, long place)
    {
        file.Position = place - 1;
        return file.ReadByte() == '\n';
    }

    private DateTime LastChange() => new[] { Log, System.IO.Path.Combine(Path, DescriptionFile) }.Max(File.GetLastWriteTimeUtc);

    private long LastStep()
    {
        using var file = OpenLog();
        if (file is null)
            return 0;
        file.Position = Math.Max(0, file.Length - TailBytes);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd().Split('\n').Reverse().Select(StepOf).FirstOrDefault(step => step is not null) ?? 0;
    }

    private static long? StepOf(string line)
    {
        try
        {
            return line.Length == 0 ? null : (long?)JsonNode.Parse(line)?["step"];
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
        {
            return null; // cut off, at either end
        }
    }
}
