using System.CommandLine;
using System.Text.Json.Nodes;

namespace CM.Cli;

/// <summary><c>import FILE [NAME]</c>: what is in a file of weights, and how it fits an experiment.</summary>
internal static class ImportCommand
{
    public static Command New(Session session)
    {
        var from = new Argument<string>("FILE")
        {
            Description = "Safetensors, PyTorch's .pt or .pth, or a pickle such as EDM's. Nothing in it is run.",
        };
        var name = new Argument<string?>("NAME")
        {
            Description = "An experiment whose model the weights are for. Default: the file is only listed.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var target = new Option<string?>("--out")
        {
            Description = "A new safetensors file with the weights under the names of the experiment.",
            HelpName = "FILE",
        };
        var inOrder = new Option<bool>("--in-order") { Description = "Take the tensors one after the other instead of by their names." };
        var prefix = new Option<string?>("--prefix")
        {
            Description = "The part of the tensors' names before those of the parameters, such as model_ema. Default: that of an average.",
            HelpName = "NAME",
        };
        var json = Options.Json();
        var command = new Command("import", "List the weights in a file, say how they fit an experiment, and convert them.")
        {
            from, name, target, inOrder, prefix, json,
        };
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(target) is { } given ? Arguments.NewFile(given, WeightsFile.Formats, WeightsFile.Ending) : null;
            using var file = SavedWeights.Open(parsed.GetRequiredValue(from));
            if (parsed.GetValue(name) is not { } wanted)
            {
                if (path is not null || parsed.GetValue(inOrder) || parsed.GetValue(prefix) is not null)
                    throw new UserError("--out, --in-order and --prefix: name the experiment whose model the weights are for.");
                List(session, file, parsed.GetValue(json));
                return;
            }
            var experiment = session.Experiment(wanted);
            var plan = experiment.Plan;
            using var training = experiment.NewTraining(new TrainingSetup(plan.Steps, plan.Batch, plan.Seed, CPU));
            var match = parsed.GetValue(inOrder)
                ? WeightsMatch.InOrder(training.Weights.Layout, file.Tensors, parsed.GetValue(prefix))
                : WeightsMatch.ByName(training.Weights.Layout, file.Tensors, file.Path, parsed.GetValue(prefix));
            Tell(session, file, match, experiment.Plan, parsed.GetValue(json));
            match.Demand(file.Path, experiment.Plan.Network);
            if (path is null)
                return;
            match.CopyTo(training.Weights);
            WeightsFile.Write(path, training.Weights, [new("format", "pt"), new("experiment", experiment.Plan.Name)]);
            if (!parsed.GetValue(json))
                session.Output.WriteLine($"{path}: written; to start from it: "
                    + $"{ProgramName.Command("train", experiment.Plan.Name, "--weights", path)}");
        });
        return command;
    }

    private static void List(Session session, SavedWeights file, bool json)
    {
        if (json)
            session.Write(new JsonObject
            {
                ["file"] = file.Path,
                ["tensors"] = new JsonArray([.. file.Tensors.Select(tensor => new JsonObject
                {
                    ["name"] = tensor.Name,
                    ["type"] = tensor.Type,
                    ["shape"] = new JsonArray([.. tensor.Shape.Select(axis => JsonValue.Create(axis))]),
                })]),
            });
        else
            session.Write(
            [
                ["Tensor", "Type", "Shape"],
                .. file.Tensors.Select(IReadOnlyList<string> (tensor) =>
                    [tensor.Name, tensor.Type, $"[{string.Join(", ", tensor.Shape)}]"]),
            ]);
    }

    private static void Tell(Session session, SavedWeights file, WeightsMatch match, ExperimentPlan plan, bool json)
    {
        IReadOnlyList<(string What, IReadOnlyList<string> Names)> lists =
        [
            ("missing", match.Missing),
            ("unexpected", match.Unexpected),
            ("mis-shaped", match.MisShaped),
        ];
        if (json)
        {
            var line = new JsonObject
            {
                ["file"] = file.Path,
                ["experiment"] = plan.Name,
                ["prefix"] = match.Prefix,
                ["average"] = match.IsAverage,
                ["others"] = new JsonArray([.. match.Others.Select(other => JsonValue.Create(other.Prefix))]),
                ["found"] = match.Found.Count,
            };
            foreach (var (what, names) in lists)
                line[what.Replace('-', '_')] = new JsonArray([.. names.Select(name => JsonValue.Create(name))]);
            session.Write(line);
            return;
        }
        session.Output.WriteLine($"{file.Path}: {match.Found.Count} tensors of {plan.Network}{file.ChoiceOf(match)}");
        foreach (var (what, names) in lists)
        {
            session.Output.WriteLine($"{names.Count} {what}{(what == "unexpected" && names.Count > 0 ? ", left out" : "")}");
            foreach (var name in names)
                session.Output.WriteLine($"  {name}");
        }
    }
}
