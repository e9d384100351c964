using System.CommandLine;
using System.Text.Json.Nodes;

namespace CM.Runtime;

/// <summary><c>describe NAME</c>: what an experiment declares, or the layers of a network.</summary>
internal static class DescribeCommand
{
    public static Command New(Session session)
    {
        var name = new Argument<string>("NAME") { Description = "An experiment or a network." };
        var json = Options.Json();
        var command = new Command("describe", "Show what an experiment declares, or the layers of a network with their shapes.") { name, json };
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

    /// <summary>A number of parameters; where it depends on the record's own parameters there is none.</summary>
    public static string Count(long parameters) => parameters < 0 ? "depends" : $"{parameters:N0}";

    private static (Experiment? Experiment, NetworkPlan Network) Find(Registry registry, string name)
    {
        if (registry.Experiments.FirstOrDefault(experiment => experiment.Plan.Name == name) is { } found)
            return (found, found.Network);
        return (null, registry.Networks.FirstOrDefault(network => network.Name == name)
            ?? throw Session.Unknown("experiment or network", name,
                registry.Experiments.Select(experiment => experiment.Plan.Name).Concat(registry.Networks.Select(network => network.Name))));
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
            ["layers"] = new JsonArray([.. network.Layers.Select(layer => new JsonObject
            {
                ["name"] = layer.Name,
                ["kind"] = layer.Kind,
                ["input"] = layer.Input,
                ["output"] = layer.Output,
                ["parameters"] = layer.Parameters,
            })]),
        };
        if (experiment is null)
            return json;
        json["network"] = network.Name;
        json["steps"] = experiment.Plan.Steps;
        json["batch"] = experiment.Plan.Batch;
        json["seed"] = experiment.Plan.Seed;
        json["declaration"] = Declaration(experiment.Plan);
        return json;
    }

    /// <summary>The declaration line by line; an axis may occur more than once.</summary>
    public static JsonArray Declaration(ExperimentPlan plan) =>
        new([.. plan.Declaration.Select(line => new JsonObject { ["axis"] = line.Key, ["value"] = line.Value })]);

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
        session.Output.WriteLine($"Network {network.Name}: {string.Join(", ", network.Inputs)} → {network.Output}, {Count(network.Parameters)} parameters");
        if (network.Summary.Length > 0)
            session.Output.WriteLine(network.Summary);
        session.Output.WriteLine();
        session.Write(
        [
            ["Layer", "Kind", "Input", "Output", "Parameters"],
            .. network.Layers.Select(IReadOnlyList<string> (layer) => [layer.Name, layer.Kind, layer.Input, layer.Output, Count(layer.Parameters)]),
        ]);
    }
}
