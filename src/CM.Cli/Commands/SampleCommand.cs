using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace CM.Cli;

/// <summary><c>sample RUN</c>: makes samples with a trained model.</summary>
internal static class SampleCommand
{
    public static Command New(Session session)
    {
        var run = new Argument<string>("RUN") { Description = "Folder of a run." };
        var count = new Option<int?>("--count")
        {
            Description = "How many samples. Default: 2000 points or 64 images, 8 of each class where there are few.",
            HelpName = "N",
        };
        var classes = new Option<string?>("--classes", "--class")
        {
            Description = "Of which classes, such as 3 or 0,1,2, where the model takes labels. Default: of all, evenly.",
            HelpName = "LIST",
        };
        var target = new Option<string?>("--out")
        {
            Description = "A new file or folder: x.png for one picture of all, x.npz for arrays, or a folder such as x/ for an image each. "
                + "Default: samples-N.png in the run.",
            HelpName = "PATH",
        };
        var average = Options.Average();
        var seed = Options.Seed();
        var data = Options.Data();
        var device = Options.Device();
        var json = Options.Json();
        var command = new Command("sample", "Make samples with the newest checkpoint of a run.")
        {
            run, count, classes, target, average, seed, data, device, json,
        };
        command.SetAction(parsed =>
        {
            var folder = RunFolder.Open(parsed.GetRequiredValue(run));
            using var checkpoint = folder.OpenNewest();
            var state = checkpoint.State;
            var experiment = session.Experiment(state);
            state.CheckSame(experiment.Plan, checkpoint.Name);
            var chosen = Classes(parsed.GetValue(classes), experiment.Plan);
            var wanted = Arguments.AtLeastOne(parsed.GetValue(count) ?? Sampler.UsefulCount(experiment.Plan, chosen.Count), "--count");
            var setup = new TrainingSetup(state.Steps, state.Batch, state.Seed, LibTorch.DeviceOf(parsed.GetValue(device)));
            var output = SampleOutput.Of(parsed.GetValue(target) ?? Unused(folder, experiment.Plan), experiment.Plan);
            using var training = experiment.NewTraining(setup);
            checkpoint.Load(training);
            var weights = folder.Weights(training, state.Step, parsed.GetValue(average));
            var sampler = new Sampler(experiment.Plan, parsed.GetValue(seed) ?? state.Seed, wanted, setup.Device, chosen);
            var planar = Sampler.IsPlanar(experiment.Plan);
            var examples = planar ? sampler.Compare(Examples.Open(experiment.Plan, parsed.GetValue(data))) : [];
            var parts = sampler.SampleInParts(training, weights);
            if (planar)
                parts = [sampler.Sample(training, weights)]; // which are measured, too
            output.Write(sampler, parts, examples);
            double? distance = planar ? PointSets.Distance(parts.Single(), examples) : null;

            if (parsed.GetValue(json))
                session.Write(new JsonObject
                {
                    ["experiment"] = state.Experiment,
                    ["checkpoint"] = checkpoint.Name,
                    ["step"] = state.Step,
                    ["count"] = wanted,
                    ["classes"] = experiment.Plan.Classes == 0 ? null : new JsonArray([.. chosen.Select(each => JsonValue.Create(each))]),
                    [output.Kind] = output.Path,
                    ["sliced_wasserstein"] = distance,
                });
            else
                session.Output.WriteLine($"{output.Path}: {wanted:N0} samples of {state.Experiment} after {state.Step:N0} "
                    + $"steps{(parsed.GetValue(classes) is null ? "" : $", classes {string.Join(", ", chosen)}")}"
                    + (distance is { } number ? $", sliced Wasserstein distance to the data {Numbers.Short(number)}" : ""));
        });
        return command;
    }

    private static IReadOnlyList<int> Classes(string? given, ExperimentPlan plan)
    {
        if (given is null)
            return [.. Enumerable.Range(0, plan.Classes)];
        if (plan.Classes == 0)
            throw new UserError($"--classes {given}: {plan.Name} takes no labels; leave it out.");
        return [.. given.Split(',').Select(word =>
            int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < plan.Classes
                ? number
                : throw new UserError($"--classes {given}: '{word}' is no class of {plan.Name}; "
                    + $"they are numbered from 0 to {plan.Classes - 1}, write such as 0,1,2."))];
    }

    private static string Unused(RunFolder folder, ExperimentPlan plan)
    {
        for (var i = 1; ; i++)
            if (Path.Combine(folder.Path, $"samples-{i}{(Sampler.IsVisible(plan) ? ".png" : ".npz")}") is var path && !Path.Exists(path))
                return path;
    }
}
