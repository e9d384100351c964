using System.CommandLine;
using System.Text.Json.Nodes;

namespace CM.Cli;

/// <summary><c>list</c>: names of all experiments and networks.</summary>
internal static class ListCommand
{
    public static Command New(Session session)
    {
        var json = Options.Json();
        var command = new Command("list", "List experiments and networks.") { json };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(json))
                session.Write(ToJson(session.Registry));
            else
                Print(session);
        });
        return command;
    }

    private static JsonObject ToJson(Registry registry) => new()
    {
        ["experiments"] = new JsonArray([.. registry.Experiments.Select(experiment => new JsonObject
        {
            ["name"] = experiment.Plan.Name,
            ["network"] = experiment.Plan.Network,
            ["data"] = experiment.Plan.Data.GetType().Name,
            ["steps"] = experiment.Plan.Steps,
            ["batch"] = experiment.Plan.Batch,
            ["parameters"] = experiment.Network.Parameters,
        })]),
        ["networks"] = new JsonArray([.. registry.Networks.Select(network => new JsonObject
        {
            ["name"] = network.Name,
            ["summary"] = network.Summary,
            ["parameters"] = network.Parameters,
        })]),
    };

    private static void Print(Session session)
    {
        session.Write(
        [
            ["Experiment", "Network", "Data", "Steps", "Batch"],
            .. session.Registry.Experiments.Select(IReadOnlyList<string> (experiment) =>
            [
                experiment.Plan.Name,
                experiment.Plan.Network,
                experiment.Plan.Data.GetType().Name,
                $"{experiment.Plan.Steps:N0}",
                $"{experiment.Plan.Batch:N0}",
            ]),
        ]);
        session.Output.WriteLine();
        session.Write(
        [
            ["Network", "Parameters", "Summary"],
            .. session.Registry.Networks.Select(IReadOnlyList<string> (network) =>
                [network.Name, Numbers.Count(network.Parameters), network.Summary]),
        ]);
    }
}
