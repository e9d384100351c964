using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Text.Json;
using Bench;
using CM.Runtime;

// Training steps and samples beside the same in eager PyTorch (bench/peers), in pairs, each side in a process of its own.

var only = new Option<string?>("--only") { Description = "Workloads, with commas: " + string.Join(", ", Workload.All.Select(each => each.Name)) + "; W1 means W1-VCT too, W6 all of W6" };
var threads = new Option<int[]>("--threads") { Description = "Numbers of threads, with commas", DefaultValueFactory = _ => [1, 2], CustomParser = Numbers };
var pairs = new Option<int>("--pairs") { Description = "How many pairs of runs", DefaultValueFactory = _ => 3 };
var json = new Option<bool>("--json") { Description = "Print an array of results" };
pairs.Validators.Add(given =>
{
    if (given.GetValueOrDefault<int>() < 1)
        given.AddError("--pairs takes a number of 1 or more");
});
var root = new RootCommand("Training steps and samples beside eager PyTorch on the same libtorch.") { only, threads, pairs, json };
root.SetAction(parsed =>
{
    Workload[] workloads = parsed.GetValue(only) is { } names ? [.. names.Split(',').SelectMany(Workload.Family)] : Workload.All;
    var noPeer = Pairs.NoPeer();
    if (noPeer is not null)
        Console.Error.WriteLine($"bench: {noPeer}; PyTorch's side is skipped");
    var results = from workload in workloads
                  from number in parsed.GetValue(threads)!
                  select Pairs.Measure(workload, number, parsed.GetValue(pairs), withPeer: noPeer is null);
    Pairs.Show([.. results], parsed.GetValue(json));
    return 0;
});

var name = new Argument<string>("name") { Description = "The workload" };
var workers = new Option<int>("--threads") { Description = "Number of threads", DefaultValueFactory = _ => 1 };

var limits = new Command("limits", "Our steps beside the time that their multiplications take at the least.") { only, workers };
limits.SetAction(parsed => Limits.Show(parsed.GetValue(only) is { } names ? [.. names.Split(',').SelectMany(Workload.Family)] : Workload.All, parsed.GetValue(workers)));
root.Add(limits);

var (count, file) = (new Argument<int>("threads"), new Argument<string>("file"));
Hidden("side", "Times our side once.", [name, count], parsed => Workload.Find(parsed.GetValue(name)!).Time(parsed.GetValue(count)));
Hidden("check", "Writes weights, inputs and our loss.", [name, file], parsed => new Side(0, 0, Workload.Find(parsed.GetValue(name)!).Compare(parsed.GetValue(file)!)));

var given = root.Parse(args);
try
{
    if (given.Action is ParseErrorAction)
        throw new UserError($"{string.Join(' ', given.Errors[0].Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.')}; see --help");
    return given.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception failure) when (failure is UserError or InvalidOperationException)
{
    Console.Error.WriteLine($"bench: {failure.Message}");
    return failure is UserError ? 2 : 1;
}

void Hidden(string command, string about, Argument[] arguments, Func<ParseResult, Side> measure)
{
    var hidden = new Command(command, about) { Hidden = true };
    foreach (var argument in arguments)
        hidden.Add(argument);
    hidden.SetAction(parsed => Console.WriteLine(JsonSerializer.Serialize(measure(parsed))));
    root.Add(hidden);
}

static int[] Numbers(ArgumentResult given)
{
    var numbers = given.Tokens[0].Value.Split(',').Select(word => int.TryParse(word, out var number) ? number : 0).ToArray();
    if (numbers.Any(number => number < 1))
        given.AddError($"--threads takes numbers of 1 or more with commas, such as 1,2, not '{given.Tokens[0].Value}'");
    return numbers;
}
