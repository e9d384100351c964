using System.Diagnostics;
using System.Text.Json.Nodes;

namespace CM.Runtime;

/// <summary>For files and pipes: a line every few seconds.</summary>
internal sealed class PlainDisplay(TextWriter output) : Display
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private long last = Stopwatch.GetTimestamp();

    public override void Say(string line) => output.WriteLine(line);

    public override void Update(in StepReport report)
    {
        if (Stopwatch.GetElapsedTime(last) < Pause)
            return;
        last = Stopwatch.GetTimestamp();
        output.WriteLine(report.ToString());
    }

    public override void Logged(JsonObject line)
    {
    }

    public override void Finish(RunSummary summary)
    {
        foreach (var line in summary.ToLines())
            output.WriteLine(line);
    }
}
