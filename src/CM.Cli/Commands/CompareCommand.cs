using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;

namespace CM.Cli;

/// <summary><c>compare GROUP</c>: trains all experiments of a comparison and writes one table of them.</summary>
internal static class CompareCommand
{
    private const double QuickShare = 0.1;

    public static Command New(Session session)
    {
        var group = new Argument<string>("GROUP") { Description = "The name in [Compare]." };
        var quick = new Option<bool>("--quick") { Description = "A tenth of the steps, one seed." };
        var share = new Option<double?>("--share")
        {
            Description = "Which part of the declared steps, above 0 and at most 1.",
            HelpName = "X",
        };
        var seeds = new Option<int?>("--seeds")
        {
            Description = "How often each experiment is trained. Default: as declared.",
            HelpName = "N",
        };
        var target = new Option<string?>("--out")
        {
            Description = "Folder of runs and tables; what is done there is not done again. Default: "
                + "compare/GROUP, or compare/GROUP-quick.",
            HelpName = "DIR",
        };
        var data = Options.Data();
        var device = Options.Device();
        var threads = Options.Threads();
        var json = Options.Json();
        var command = new Command("compare", "Train all experiments of a comparison and write one table of them.")
        {
            group, quick, share, seeds, target, data, device, threads, json,
        };
        command.SetAction(parsed =>
        {
            var name = parsed.GetRequiredValue(group);
            IReadOnlyList<string> GroupsOf(Experiment experiment) => experiment.Plan.Comparison?.Groups ?? [];
            var members = session.Registry.Experiments.Where(experiment => GroupsOf(experiment).Contains(name)).ToList();
            if (members.Count == 0)
                throw Session.Unknown("comparison", name, session.Registry.Experiments.SelectMany(GroupsOf).Distinct());
            var isQuick = parsed.GetValue(quick);
            var part = parsed.GetValue(share) ?? (isQuick ? QuickShare : 1);
            if (!(part > 0 && part <= 1))
                throw new UserError($"--share {part}: a number above 0 and at most 1 was expected.");
            var times = parsed.GetValue(seeds) is { } many ? Arguments.AtLeastOne(many, "--seeds") : isQuick ? 1 : (int?)null;
            var folder = parsed.GetValue(target) ?? Path.Combine("compare", isQuick ? $"{name}-quick" : name);
            LibTorch.UseThreads(parsed.GetValue(threads));
            var where = LibTorch.DeviceOf(parsed.GetValue(device));
            var comparison = new Comparison(members, folder, part, parsed.GetValue(data), where, session.Display(json: false));
            var again = ProgramName.Command(
            [
                "compare", name,
                .. isQuick ? (string[])["--quick"] : [],
                .. parsed.GetValue(share) is { } given ? (string[])["--share", $"{given}"] : [],
                .. parsed.GetValue(target) is { } path ? (string[])["--out", path] : [],
            ]);
            if (comparison.Run(times) is not { } rows)
            {
                session.Output.WriteLine($"stopped; to go on from here:\n{again}");
                return;
            }
            Write(session, name, again, comparison.Folder, rows, parsed.GetValue(json));
        });
        return command;
    }

    private static void Write(Session session, string name, string command, string folder, IReadOnlyList<ComparedRow> rows, bool json)
    {
        var (page, numbers) = (Path.Combine(folder, "table.md"), Path.Combine(folder, "table.json"));
        var table = new JsonObject { ["group"] = name, ["command"] = command, ["rows"] = ComparisonTable.Json(rows) };
        AtomicFile.Write(page, stream => stream.Write(Encoding.UTF8.GetBytes(ComparisonTable.Markdown(name, command, rows))));
        AtomicFile.Write(numbers, stream => stream.Write(JsonText.Bytes(table, indented: true)));
        if (json)
        {
            session.Write(table);
            return;
        }
        foreach (var part in ComparisonTable.ByMetric(rows))
        {
            session.Output.WriteLine($"\n{ComparisonTable.Caption(part)}");
            session.Write(ComparisonTable.Cells(part));
        }
        session.Output.WriteLine($"\n{page}, {numbers}, and a picture of each in {folder}");
    }
}
