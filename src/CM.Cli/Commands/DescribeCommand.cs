using System.CommandLine;
using System.Text.Json.Nodes;
using CM.Dsl;

namespace CM.Cli;

/// <summary><c>describe NAME</c>: what an experiment declares, or the layers of a network.</summary>
internal static class DescribeCommand
{
    public static Command New(Session session)
    {
        var name = new Argument<string>("NAME") { Description = "An experiment or a network." };
        var json = Options.Json();
        var command = new Command("describe", "Show what an experiment declares, or the layers of a network with their shapes.")
        {
            name, json,
        };
        command.SetAction(parsed =>
        {
            var (experiment, network) = Find(session.Registry, parsed.GetRequiredValue(name));
            if (parsed.GetValue(json))
                session.Write(ToJson(experiment, network));
            else
                Print(session, experiment, network);
        });
        return command;
    }

    private static (Experiment? Experiment, NetworkPlan Network) Find(Registry registry, string name)
    {
        List<(Experiment? Experiment, NetworkPlan Network)> declared =
        [
            .. registry.Experiments.Select(experiment => (experiment, experiment.Network)),
            .. registry.Networks.Select(network => ((Experiment?)null, network)),
        ];
        return Session.Find("experiment or network", name, declared,
            each => each.Experiment is { Plan: var plan } ? (plan.Name, plan.FullName) : (each.Network.Name, each.Network.FullName));
    }

    private static JsonObject ToJson(Experiment? experiment, NetworkPlan network)
    {
        var json = new JsonObject
        {
            ["name"] = experiment?.Plan.Name ?? network.Name,
            ["kind"] = experiment is null ? "network" : "experiment",
            ["summary"] = network.Summary,
            ["inputs"] = new JsonArray([.. network.Inputs.Select(input => JsonValue.Create(input))]),
            ["output"] = network.Output,
            ["parameters"] = network.Parameters,
            ["multiplyAdds"] = Known(network.Work),
            ["activationBytes"] = Known(network.Activations),
            ["layers"] = ToJson(network.Layers),
        };
        if (experiment is null)
            return json;
        json["network"] = network.Name;
        json["steps"] = experiment.Plan.Steps;
        json["batch"] = experiment.Plan.Batch;
        json["seed"] = experiment.Plan.Seed;
        json["declaration"] = experiment.Plan.DeclarationAsJson();
        return json;
    }

    private static JsonArray ToJson(IReadOnlyList<Layer> layers) => new([.. layers.Select(layer => new JsonObject
    {
        ["name"] = layer.Name,
        ["kind"] = layer.Kind,
        ["input"] = layer.Input,
        ["output"] = layer.Output,
        ["parameters"] = layer.Parameters,
        ["layers"] = ToJson(layer.Layers),
    })]);

    // null where it depends on an axis that is open.
    private static JsonValue? Known(long number) => number < 0 ? null : JsonValue.Create(number);

    private static void Print(Session session, Experiment? experiment, NetworkPlan network)
    {
        if (experiment is { Plan: var plan })
        {
            session.Write(
            [
                ["Experiment", plan.Name],
                ["Steps", $"{plan.Steps:N0}"],
                ["Batch", $"{plan.Batch:N0}"],
                ["Seed", $"{plan.Seed}"],
                .. plan.Declaration.Select(IReadOnlyList<string> (line) => [line.Key, line.Value]),
            ]);
            session.Output.WriteLine();
        }
        session.Output.WriteLine($"Network {network.Name}: {string.Join(", ", network.Inputs)} → {network.Output}");
        if (network.Summary.Length > 0)
            session.Output.WriteLine(network.Summary);
        session.Output.WriteLine();
        session.Write(
        [
            ["Layer", "Kind", "Input", "Output", "Parameters"],
            .. Rows(network.Layers, ""),
        ]);
        session.Output.WriteLine();
        session.Write(
        [
            ["Parameters", Numbers.Count(network.Parameters)],
            ["Multiply-adds of an example", Numbers.Count(network.Work)],
            ["Activations of an example", network.Activations < 0 ? Numbers.Count(-1) : $"{network.Activations:N0} bytes"],
        ]);
    }

    // Blocks, and under each its own layers, for as deep as they go.
    private static IEnumerable<IReadOnlyList<string>> Rows(IReadOnlyList<Layer> layers, string margin)
    {
        foreach (var layer in layers)
        {
            yield return [margin + layer.Name, layer.Kind, layer.Input, layer.Output, Numbers.Count(layer.Parameters)];
            foreach (var row in Rows(layer.Layers, margin + "  "))
                yield return row;
        }
    }
}
