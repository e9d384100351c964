using System.Text.Json.Nodes;

namespace CM.Cli;

/// <summary>For programs: one JSON object for every line of the log, and one at the end.</summary>
internal sealed class JsonDisplay(TextWriter output) : Display
{
    public override void Say(string line)
    {
    }

    public override void Update(in StepReport report)
    {
    }

    public override void Logged(JsonObject line) => output.WriteLine(JsonText.Line(line));

    public override void Finish(RunSummary summary) => output.WriteLine(JsonText.Line(summary.ToJson()));
}
