using System.Text.Json.Nodes;

namespace CM.Runtime.Tests;

/// <summary>For processes that leave telling to rank 0.</summary>
internal sealed class QuietDisplay : Display
{
    public override void Say(string line)
    {
    }

    public override void Update(in StepReport report)
    {
    }

    public override void Logged(JsonObject line)
    {
    }

    public override void Finish(RunSummary summary)
    {
    }
}
