using System.Text.Json.Nodes;

namespace CM.Cli;

/// <summary>Display that shows of each training among many its progress and a line at its end.</summary>
internal sealed class BriefDisplay(Display display) : Display
{
    public override void During(Action training) => display.During(training);

    public override void Say(string line)
    {
    }

    public override void Update(in StepReport report) => display.Update(report);

    public override void Logged(JsonObject line)
    {
    }

    public override void Finish(RunSummary summary) => display.Say(summary.ToLines().First());
}
