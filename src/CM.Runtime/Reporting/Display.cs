using System.Text.Json.Nodes;

namespace CM.Runtime;

/// <summary>The view of a training: told of its steps, its log and its end. <see cref="PlainDisplay"/> writes lines.</summary>
public abstract class Display
{
    /// <summary>Runs the training.</summary>
    /// <param name="training">The training.</param>
    public virtual void During(Action training) => training();

    /// <summary>Tells something in words.</summary>
    /// <param name="line">One line.</param>
    public abstract void Say(string line);

    /// <summary>Takes note of a step; called after each.</summary>
    /// <param name="report">Progress, loss and speed.</param>
    public abstract void Update(in StepReport report);

    /// <summary>Takes note of a line of the log.</summary>
    /// <param name="line">The line, as in <c>log.jsonl</c>.</param>
    public abstract void Logged(JsonObject line);

    /// <summary>Tells how it ended.</summary>
    /// <param name="summary">The outcome.</param>
    public abstract void Finish(RunSummary summary);
}
