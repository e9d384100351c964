using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Bench;
using CM.Runtime;
using Spectre.Console;
using TorchSharp;
using static TorchSharp.torch;

// Training steps and samples beside the same in eager PyTorch (bench/peers), in pairs, each side in a process of its own.

var only = new Option<string?>("--only") { Description = "One workload: " + string.Join(", ", Workload.All.Select(each => each.Name)) };
var threads = new Option<string>("--threads") { Description = "Numbers of threads, with commas", DefaultValueFactory = _ => "1,2" };
var pairs = new Option<int>("--pairs") { Description = "How many pairs of runs", DefaultValueFactory = _ => 3 };
var json = new Option<bool>("--json") { Description = "Print an array of results" };
var root = new RootCommand("Training steps and samples beside eager PyTorch on the same libtorch.") { only, threads, pairs, json };
var side = new Command("side", "Times our side once.") { Hidden = true };
var check = new Command("check", "Writes weights, inputs and our loss.") { Hidden = true };
var (name, count, file) = (new Argument<string>("name"), new Argument<int>("threads"), new Argument<string>("file"));
side.Add(name);
side.Add(count);
side.SetAction(parsed => Console.WriteLine(JsonSerializer.Serialize(Workload.Find(parsed.GetValue(name)!).Time(parsed.GetValue(count)))));
check.Add(name);
check.Add(file);
check.SetAction(parsed => Console.WriteLine(JsonSerializer.Serialize(new Side(0, 0, Workload.Find(parsed.GetValue(name)!).Compare(parsed.GetValue(file)!)))));
root.Add(side);
root.Add(check);
root.SetAction(parsed =>
{
    var results = new List<Ratio>();
    foreach (var workload in parsed.GetValue(only) is { } wanted ? [Workload.Find(wanted)] : Workload.All)
    {
        foreach (var number in parsed.GetValue(threads)!.Split(',').Select(int.Parse))
            results.Add(Pairs.Measure(workload, number, parsed.GetValue(pairs)));
    }

    if (parsed.GetValue(json))
    {
        Console.WriteLine(JsonSerializer.Serialize(results.Select(r => new
        {
            workload = r.Workload,
            threads = r.Threads,
            ratio = r.Median,
            ratio_min = r.Least,
            ratio_max = r.Most,
            memory_ratio = r.OursMiB / r.PeerMiB,
            loss_ours = r.OurLoss,
            loss_peer = r.PeerLoss,
        })));
        return;
    }

    var table = new Table().AddColumns("workload", "threads", "ours, ms", "PyTorch, ms", "ratio (min to max)", "ours, MiB", "PyTorch, MiB");
    foreach (var r in results)
        table.AddRow(r.Workload, $"{r.Threads}", $"{r.Ours * 1e3:0.00}", $"{r.Peer * 1e3:0.00}", $"{r.Median:0.00} ({r.Least:0.00} to {r.Most:0.00})", $"{r.OursMiB:0}", $"{r.PeerMiB:0}");
    AnsiConsole.Write(table);
});
return root.Parse(args).Invoke();

internal sealed record Side(double seconds, double peak_mib, double loss);

internal sealed record Ratio(string Workload, int Threads, double Ours, double Peer, double Median, double Least, double Most, double OursMiB, double PeerMiB, double OurLoss, double PeerLoss);

/// <summary>What is timed, and what is compared before: the losses of both sides for the same weights and inputs.</summary>
internal sealed record Workload(string Name, int Steps, long[] Shape, Func<TrainingSetup, Training> New, Func<Training, Tensor, int, Tensor> Step, Func<TrainingSetup, Training> NewCheck, Func<Training, Tensor, Tensor, Tensor, Tensor, Tensor> Check)
{
    public static readonly Workload[] All =
    [
        Training("moons", 400, [256, 2], setup => new Moons.Moons.Training(setup), setup => new Moons.Moons.Training(setup), (training, x, z, t, r) => ((Moons.Moons.Training)training).Losses(x, z, t, r)),
        Training("digits", 12, [64, 1, 28, 28], setup => new Digits.Digits.Training(setup), setup => new Digits.Digits.Training(setup), (training, x, z, t, r) => ((Digits.Digits.Training)training).Losses(x, z, t, r)),
        Training("W1", 400, [256, 2], setup => new ToySteps.Training(setup), setup => new ToySteps.Training(setup), (training, x, z, t, r) => ((ToySteps.Training)training).Losses(x, z, t, r)),
        Training("W2", 12, [16, 3, 32, 32], setup => new UNetSteps.Training(setup), setup => new UNetCheck.Training(setup), (training, x, z, t, r) => ((UNetCheck.Training)training).Losses(x, z, t, r)),
        Sampling("W6-1", 5, setup => new UNetCheck.Training(setup)),
        Sampling("W6-2", 5, setup => new UNetTwoSteps.Training(setup)),
    ];

    public static Workload Find(string name) => All.FirstOrDefault(each => each.Name == name) ?? throw new ArgumentException($"There is no workload '{name}'.");

    private static Workload Training(string name, int steps, long[] shape, Func<TrainingSetup, Training> make, Func<TrainingSetup, Training> makeCheck, Func<Training, Tensor, Tensor, Tensor, Tensor, Tensor> check) =>
        new(name, steps, shape, make, (training, data, step) => training.Step(data, step), makeCheck, check);

    private static Workload Sampling(string name, int steps, Func<TrainingSetup, Training> make) =>
        new(name, steps, [64, 3, 32, 32], make, (training, noise, _) => training.Sample(training.Weights, [noise, noise]), make, (training, _, noise, _, _) => training.Sample(training.Weights, [noise, noise]));

    public Side Time(int threads)
    {
        set_num_threads(threads);
        var warmup = Steps / 4 + 2;
        manual_seed(1);
        using var data = rand(Shape) * 2 - 1;
        GC.Collect();
        var loaded = Memory("VmRSS");

        using var training = New(new TrainingSetup(1_000_000, (int)Shape[0], 1, CPU));
        var seconds = new double[Steps];
        double last = 0;
        for (var step = -warmup; step < Steps; step++)
        {
            var start = Stopwatch.GetTimestamp();
            using var result = Step(training, data, step + warmup);
            last = result.numel() == 1 ? result.ToSingle() : 0;
            if (step >= 0)
                seconds[step] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        Array.Sort(seconds);
        return new(seconds[Steps / 2], Memory("VmHWM") - loaded, last);
    }

    /// <summary>Writes weights and inputs for the peer.</summary>
    /// <returns>The mean of what comes out.</returns>
    public double Compare(string path)
    {
        using var training = NewCheck(new TrainingSetup(1_000_000, (int)Shape[0], 1, CPU));
        manual_seed(2);
        using var scope = NewDisposeScope();
        using (no_grad())
        {
            foreach (var spec in training.Weights.Layout.Parameters)
                training.Weights[spec.Name].add_(randn(spec.Shape) * 0.05);
        }

        var (x, z) = (rand(Shape) * 2 - 1, randn(Shape));
        var t = (randn([Shape[0]], ScalarType.Float64) * 2 - 1.1).exp();
        var r = (t - t * 0.5 * (8 / (t.exp() + 1) + 1)).clamp_min(0);
        var tensors = training.Weights.Layout.Parameters.Select(spec => (spec.Name, (Tensor)training.Weights[spec.Name]))
            .Concat(training.Weights.Layout.Buffers.Select(spec => (spec.Name, training.Weights.Buffer(spec.Name))))
            .Concat([("in/x", x), ("in/z", z), ("in/t", t.to(float32)), ("in/r", r.to(float32))]).ToArray();
        var offset = 0L;
        var header = tensors.ToDictionary(pair => pair.Item1, pair => new { dtype = "F32", shape = pair.Item2.shape, data_offsets = new[] { offset, offset += pair.Item2.numel() * 4 } });
        using (var stream = File.Create(path))
        {
            var bytes = JsonSerializer.SerializeToUtf8Bytes(header);
            stream.Write(BitConverter.GetBytes((ulong)bytes.Length));
            stream.Write(bytes);
            foreach (var (_, tensor) in tensors)
                stream.Write(tensor.detach().contiguous().bytes);
        }

        return Check(training, x, z, t.to(float32).to(float64), r.to(float32).to(float64)).to(float64).mean().item<double>();
    }

    private static double Memory(string field) =>
        double.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024;
}

internal static class Pairs
{
    private const double Allowed = 1e-4;

    // The same allocator settings for both: memory is kept between steps.
    private static readonly (string, string)[] Allocator = [("MALLOC_TRIM_THRESHOLD_", "100000000000"), ("MALLOC_MMAP_THRESHOLD_", "100000000000")];

    public static Ratio Measure(Workload workload, int threads, int pairs)
    {
        var peer = Path.Combine(Folder("peers"), workload.Name.Split('-')[0] switch { "W1" => "toy", "W2" or "W6" => "unet", var other => other } + ".py");
        string[] sampling = workload.Name.Contains('-') ? ["--sample", workload.Name.Split('-')[1]] : [];
        var (ourLoss, peerLoss) = Losses(workload, peer, sampling);
        var (ours, theirs) = (new List<Side>(), new List<Side>());
        for (var pair = 0; pair < pairs; pair++)
        {
            ours.Add(Start(Environment.ProcessPath!, ["side", workload.Name, $"{threads}"], threads));
            theirs.Add(Start("python3", [peer, "--steps", $"{workload.Steps}", "--warmup", $"{workload.Steps / 4 + 2}", "--threads", $"{threads}", .. sampling], threads));
        }

        double[] ratios = [.. ours.Zip(theirs, (mine, other) => mine.seconds / other.seconds).Order()];
        return new(workload.Name, threads, Median(ours, each => each.seconds), Median(theirs, each => each.seconds), ratios[pairs / 2], ratios[0], ratios[^1],
            Median(ours, each => each.peak_mib), Median(theirs, each => each.peak_mib), ourLoss, peerLoss);
    }

    // Both sides compute the same, or there is nothing to compare.
    private static (double Ours, double Peer) Losses(Workload workload, string peer, string[] sampling)
    {
        var file = Path.GetTempFileName();
        try
        {
            var ours = Start(Environment.ProcessPath!, ["check", workload.Name, file], 1).loss;
            var theirs = Start("python3", [peer, "--check", file, .. sampling], 1).loss;
            return Math.Abs(ours - theirs) <= Allowed * Math.Abs(theirs) ? (ours, theirs)
                : throw new InvalidOperationException($"{workload.Name}: the losses for the same weights and data differ, {ours} against {theirs}: no ratio.");
        }
        finally
        {
            File.Delete(file);
        }
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
