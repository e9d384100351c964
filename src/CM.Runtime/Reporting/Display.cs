using System.Text.Json.Nodes;

namespace CM.Runtime;

/// <summary>What the user sees of a training.</summary>
internal abstract class Display
{
    /// <summary>Runs the training.</summary>
    public virtual void During(Action training) => training();

    /// <summary>Tells something in words.</summary>
    public abstract void Say(string line);

    /// <summary>Takes note of a step; called after each.</summary>
    public abstract void Update(in StepReport report);

    /// <summary>Takes note of a line of the log.</summary>
    public abstract void Logged(JsonObject line);

    /// <summary>Tells how it ended.</summary>
    public abstract void Finish(RunSummary summary);
}
