using System.CommandLine;
using System.Text.Json.Nodes;

namespace CM.Cli;

/// <summary><c>export RUN FILE</c>: one set of weights of a run as a safetensors file that other programs read.</summary>
internal static class ExportCommand
{
    public static Command New(Session session)
    {
        var run = new Argument<string>("RUN") { Description = "Folder of a run." };
        var target = new Argument<string>("OUT.safetensors") { Description = "The new file." };
        var average = Options.Average();
        var json = Options.Json();
        var command = new Command("export", "Write the weights of a run, under PyTorch's kind of names, for other programs.")
        {
            run, target, average, json,
        };
        command.SetAction(parsed =>
        {
            var path = Arguments.NewFile(parsed.GetRequiredValue(target), WeightsFile.Formats, WeightsFile.Ending);
            var folder = RunFolder.Open(parsed.GetRequiredValue(run));
            using var checkpoint = folder.OpenNewest();
            var state = checkpoint.State;
            var experiment = session.Experiment(state);
            state.CheckSame(experiment.Plan, checkpoint.Name);
            using var training = experiment.NewTraining(new TrainingSetup(state.Steps, state.Batch, state.Seed, CPU));
            checkpoint.Load(training);
            var weights = folder.Weights(training, state.Step, parsed.GetValue(average));
            WeightsFile.Write(path, weights, [new("format", "pt"), new("experiment", state.Experiment), new("step", $"{state.Step}")]);
            if (parsed.GetValue(json))
                session.Write(new JsonObject
                {
                    ["file"] = path,
                    ["experiment"] = state.Experiment,
                    ["step"] = state.Step,
                    ["parameters"] = weights.Layout.Count,
                    ["bytes"] = new FileInfo(path).Length,
                });
            else
                session.Output.WriteLine($"{path}: {weights.Layout.Count:N0} parameters of {state.Experiment} after {state.Step:N0} steps, "
                    + $"{new FileInfo(path).Length:N0} bytes");
        });
        return command;
    }
}
