using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Text.Json;
using Bench;
using CM.Runtime;

// Training steps and samples beside the same in eager PyTorch (bench/peers) and in hand-written TorchSharp (Peers),
// each side in a process of its own.

const string Both = "both";

var only = new Option<string?>("--only")
{
    Description = $"Workloads, with commas: {string.Join(", ", Workload.All.Select(each => each.Name))}; W1 means W1-VCT too, W6 all of W6",
};
var threads = new Option<int[]>("--threads")
{
    Description = "Numbers of threads, with commas",
    DefaultValueFactory = _ => [1, 2],
    CustomParser = Numbers,
};
var pairs = new Option<int>("--pairs") { Description = "How many pairs of runs", DefaultValueFactory = _ => 3 };
var peer = new Option<string>("--peer") { Description = "The sides beside ours", DefaultValueFactory = _ => Both };
peer.AcceptOnlyFromAmong([.. Peer.All.Select(each => each.Option), Both]);
var json = new Option<bool>("--json") { Description = "Print an array of results" };
pairs.Validators.Add(given =>
{
    if (given.GetValueOrDefault<int>() < 1)
        given.AddError("--pairs takes a number of 1 or more");
});
var root = new RootCommand("Training steps and samples beside PyTorch and hand-written TorchSharp.") { only, threads, pairs, peer, json };
root.SetAction(parsed =>
{
    var peers = Peer.All.Where(each => parsed.GetValue(peer) is { } wanted && (wanted == Both || wanted == each.Option)).ToList();
    foreach (var (absent, reason) in peers.Select(each => (each, each.Missing)).Where(each => each.Missing is not null).ToArray())
    {
        Console.Error.WriteLine($"bench: {reason}; {absent.Name}'s side is skipped");
        peers.Remove(absent);
    }

    var results = from workload in Workloads(parsed)
                  from number in parsed.GetValue(threads)!
                  select Pairs.Measure(workload, number, parsed.GetValue(pairs), peers);
    if (parsed.GetValue(json))
        Report.ShowArray([.. results]);
    else
        Report.ShowTable([.. results]);
    return 0;
});

var name = new Argument<string>("name") { Description = "The workload" };
var workers = new Option<int>("--threads") { Description = "Number of threads", DefaultValueFactory = _ => 1 };

var limits = new Command("limits", "Our steps beside the time that their multiplications take at the least.") { only, workers };
limits.SetAction(parsed => Limits.Show(Workloads(parsed), parsed.GetValue(workers)));
root.Add(limits);

var (count, file) = (new Argument<int>("threads"), new Argument<string>("file"));
Hidden("side", "Times our side once.", count, (workload, parsed) => workload.Time(parsed.GetValue(count)));
Hidden("peer", "Times TorchSharp's side once.", count, (workload, parsed) => workload.TorchSharp().Time(workload, parsed.GetValue(count)));
Hidden("check", "Writes weights, inputs and our loss.", file, (workload, parsed) => workload.Compare(parsed.GetValue(file)!));
Hidden("peer-check", "Reads them for TorchSharp's loss.", file, (workload, parsed) => workload.TorchSharp().Check(parsed.GetValue(file)!));

var given = root.Parse(args);
try
{
    if (given.Action is ParseErrorAction)
    {
        var words = given.Errors[0].Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        throw new UserError($"{string.Join(' ', words).TrimEnd('.')}; see --help");
    }

    return given.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception failure) when (failure is UserError or InvalidOperationException)
{
    Console.Error.WriteLine($"bench: {failure.Message}");
    return failure is UserError ? 2 : 1;
}

Workload[] Workloads(ParseResult parsed) =>
    parsed.GetValue(only) is { } names ? [.. names.Split(',').SelectMany(Workload.Family)] : Workload.All;

void Hidden(string command, string about, Argument second, Func<Workload, ParseResult, Side> measure)
{
    var hidden = new Command(command, about) { Hidden = true };
    hidden.Add(name);
    hidden.Add(second);
    hidden.SetAction(parsed => Console.WriteLine(JsonSerializer.Serialize(measure(Workload.Find(parsed.GetValue(name)!), parsed))));
    root.Add(hidden);
}

static int[] Numbers(ArgumentResult given)
{
    var numbers = given.Tokens[0].Value.Split(',').Select(word => int.TryParse(word, out var number) ? number : 0).ToArray();
    if (numbers.Any(number => number < 1))
        given.AddError($"--threads takes numbers of 1 or more with commas, such as 1,2, not '{given.Tokens[0].Value}'");
    return numbers;
}
