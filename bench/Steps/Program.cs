using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using CM.Runtime;
using Spectre.Console;
using TorchSharp;
using static TorchSharp.torch;

// Steps of the samples beside the same step in eager PyTorch (bench/peers), in pairs, each side in a process of its own.

var only = new Option<string?>("--only") { Description = "moons or digits; without it, both" };
var threads = new Option<string>("--threads") { Description = "Numbers of threads, with commas", DefaultValueFactory = _ => "1,2" };
var pairs = new Option<int>("--pairs") { Description = "How many pairs of runs", DefaultValueFactory = _ => 3 };
var json = new Option<bool>("--json") { Description = "Print an array of results" };
var root = new RootCommand("Training steps of the samples beside eager PyTorch on the same libtorch.") { only, threads, pairs, json };
var side = new Command("side", "Times our side once.") { Hidden = true };
var (name, count, steps) = (new Argument<string>("name"), new Argument<int>("threads"), new Argument<int>("steps"));
side.Add(name);
side.Add(count);
side.Add(steps);
side.SetAction(parsed => Console.WriteLine(JsonSerializer.Serialize(Ours.Run(parsed.GetValue(name)!, parsed.GetValue(count), parsed.GetValue(steps)))));
root.Add(side);
root.SetAction(parsed =>
{
    var results = new List<Ratio>();
    foreach (var workload in new[] { "moons", "digits" }.Where(each => parsed.GetValue(only) is not { } wanted || wanted == each))
    {
        foreach (var number in parsed.GetValue(threads)!.Split(',').Select(int.Parse))
            results.Add(Pairs.Measure(workload, number, workload == "moons" ? 400 : 12, parsed.GetValue(pairs)));
    }

    if (parsed.GetValue(json))
    {
        Console.WriteLine(JsonSerializer.Serialize(results));
        return;
    }

    var table = new Table().AddColumns("step", "threads", "ours, ms", "PyTorch, ms", "ratio (min to max)", "ours, MiB", "PyTorch, MiB");
    foreach (var r in results)
        table.AddRow(r.Workload, $"{r.Threads}", $"{r.Ours * 1e3:0.00}", $"{r.Peer * 1e3:0.00}", $"{r.Median:0.00} ({r.Least:0.00} to {r.Most:0.00})", $"{r.OursMiB:0}", $"{r.PeerMiB:0}");
    AnsiConsole.Write(table);
});
return root.Parse(args).Invoke();

internal sealed record Side(double seconds, double peak_mib, double loss);

internal sealed record Ratio(string Workload, int Threads, double Ours, double Peer, double Median, double Least, double Most, double OursMiB, double PeerMiB);

internal static class Ours
{
    public static Side Run(string name, int threads, int steps)
    {
        set_num_threads(threads);
        var warmup = steps / 4 + 2;
        manual_seed(1);
        using var data = name == "moons" ? randn([256, 2]) : rand([64, 1, 28, 28]) * 2 - 1;
        GC.Collect();
        var loaded = Memory("VmRSS");

        var setup = new TrainingSetup(1_000_000, (int)data.shape[0], 1, CPU);
        using Training training = name == "moons" ? new Moons.Moons.Training(setup) : new Digits.Digits.Training(setup);
        var seconds = new double[steps];
        double last = 0;
        for (var step = -warmup; step < steps; step++)
        {
            var start = Stopwatch.GetTimestamp();
            using var loss = training.Step(data, step + warmup);
            last = loss.ToSingle();
            if (step >= 0)
                seconds[step] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        Array.Sort(seconds);
        return new(seconds[steps / 2], Memory("VmHWM") - loaded, last);
    }

    private static double Memory(string field) =>
        double.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024;
}

internal static class Pairs
{
    // The same allocator settings for both: memory is kept between steps.
    private static readonly (string, string)[] Allocator = [("MALLOC_TRIM_THRESHOLD_", "100000000000"), ("MALLOC_MMAP_THRESHOLD_", "100000000000")];

    public static Ratio Measure(string workload, int threads, int steps, int pairs)
    {
        var peers = Path.Combine(Folder("peers"), workload + ".py");
        var (ours, theirs) = (new List<Side>(), new List<Side>());
        for (var pair = 0; pair < pairs; pair++)
        {
            ours.Add(Start(Environment.ProcessPath!, ["side", workload, $"{threads}", $"{steps}"], threads));
            theirs.Add(Start("python3", [peers, "--steps", $"{steps}", "--warmup", $"{steps / 4 + 2}", "--threads", $"{threads}"], threads));
        }

        double[] ratios = [.. ours.Zip(theirs, (mine, peer) => mine.seconds / peer.seconds).Order()];
        return new(workload, threads, Median(ours, each => each.seconds), Median(theirs, each => each.seconds), ratios[pairs / 2], ratios[0], ratios[^1],
            Median(ours, each => each.peak_mib), Median(theirs, each => each.peak_mib));
    }

    private static Side Start(string program, string[] arguments, int threads)
    {
        // A python3 earlier on the path may be one without torch; the system's has it.
        var start = new ProcessStartInfo(program == "python3" && File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : program, arguments) { RedirectStandardOutput = true };
        start.Environment["OMP_NUM_THREADS"] = $"{threads}";
        foreach (var (key, value) in Allocator)
            start.Environment[key] = value;
        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed with {process.ExitCode}");
        return JsonSerializer.Deserialize<Side>(text)!;
    }

    private static double Median(List<Side> sides, Func<Side, double> value) => sides.Select(value).Order().ElementAt(sides.Count / 2);

    private static string Folder(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Directory.Exists(Path.Combine(folder.FullName, "bench", name)))
                return Path.Combine(folder.FullName, "bench", name);
        }

        throw new DirectoryNotFoundException($"no bench/{name} above {AppContext.BaseDirectory}");
    }
}
