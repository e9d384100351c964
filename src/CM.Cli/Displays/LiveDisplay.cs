using System.Diagnostics;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace CM.Cli;

/// <summary>For terminals: one line that keeps changing.</summary>
internal sealed class LiveDisplay(IAnsiConsole console) : Display
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private ProgressTask? task;
    private long last;

    public override void During(Action training) =>
        console.Progress()
            .AutoClear(true)
            .Columns(new SpinnerColumn(), new ProgressBarColumn { Width = 24 }, new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context =>
            {
                task = context.AddTask("starting");
                training();
                task.StopTask();
            });

    public override void Say(string line) => console.WriteLine(line);

    public override void Update(in StepReport report)
    {
        if (task is null || (report.Step < report.Steps && Stopwatch.GetElapsedTime(last) < Pause))
            return;
        last = Stopwatch.GetTimestamp();
        task.MaxValue = report.Steps;
        task.Value = report.Step;
        task.Description = report.ToString();
    }

    public override void Logged(JsonObject line)
    {
    }

    public override void Finish(RunSummary summary)
    {
        foreach (var line in summary.ToLines())
            Say(line);
    }
}
