using System.Diagnostics;
using System.Text.Json.Nodes;

namespace CM.Runtime;

/// <summary>A display for files and pipes: a line every few seconds.</summary>
/// <param name="output">The writer of the lines.</param>
public sealed class PlainDisplay(TextWriter output) : Display
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private long last = Stopwatch.GetTimestamp();

    /// <inheritdoc/>
    public override void Say(string line) => output.WriteLine(line);

    /// <inheritdoc/>
    public override void Update(in StepReport report)
    {
        if (Stopwatch.GetElapsedTime(last) < Pause)
            return;
        last = Stopwatch.GetTimestamp();
        output.WriteLine(report.ToString());
    }

    /// <inheritdoc/>
    public override void Logged(JsonObject line)
    {
    }

    /// <inheritdoc/>
    public override void Finish(RunSummary summary)
    {
        foreach (var line in summary.ToLines())
            output.WriteLine(line);
    }
}
