// What CM.Torch costs an operation, beside plain C++ on the same libtorch, one thread.
//   cmake -S bench/Ops/native -B .cm/bench-ops -DCMAKE_BUILD_TYPE=Release && cmake --build .cm/bench-ops
//   dotnet run -c Release --project bench/Ops -- [--json] [--repeats 15]
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CM.Bench.Ops;
using static TorchSharp.torch;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var repeats = args.SkipWhile(arg => arg != "--repeats").Skip(1).Select(int.Parse).FirstOrDefault(15);
set_num_threads(1);
using var peer = new Peer();
var rows = new List<Row>();
foreach (var (name, work, peerName) in Workloads.All())
{
    var count = Calibrate(work);
    var times = new List<(double Ours, double Theirs)>();
    for (var i = 0; i < repeats; i++)
        times.Add(i % 2 == 0 ? (Time(work, count), peer.Time(peerName, count)) : Swap((peer.Time(peerName, count), Time(work, count))));
    rows.Add(new Row(name, Median(times.Select(t => t.Ours)), Median(times.Select(t => t.Theirs)), Median(times.Select(t => t.Ours / t.Theirs))));
    if (!args.Contains("--json"))
        Console.Error.WriteLine($"{name}: {rows[^1].Ratio:F2}");
}

if (args.Contains("--json"))
{
    Console.WriteLine(JsonSerializer.Serialize(new { libtorch = __version__, rows }, new JsonSerializerOptions { WriteIndented = true }));
    return;
}
Console.WriteLine($"libtorch {__version__}, 1 thread; median of {repeats} paired repeats");
Console.WriteLine($"{"operation",-44}{"CM.Torch µs",14}{"C++ µs",12}{"ratio",8}");
foreach (var row in rows)
    Console.WriteLine($"{row.Operation,-44}{row.Ours / 1000,14:F3}{row.Cpp / 1000,12:F3}{row.Ratio,8:F2}");

// Long enough for the clock, and for the JIT to have settled: a tenth of a second each.
static int Calibrate(Action work)
{
    var count = 1;
    double taken;
    do
    {
        taken = Time(work, count) * count;
        count = taken < 1e6 ? count * 10 : count;
    } while (taken < 1e6);
    for (var i = 0; i < 5; i++)
        Time(work, Math.Max(1, (int)(1e8 / (taken / count))));
    return Math.Max(1, (int)(1e8 / Time(work, count)));
}

static double Time(Action work, int count)
{
    var start = Stopwatch.GetTimestamp();
    for (var i = 0; i < count; i++)
        work();
    return Stopwatch.GetElapsedTime(start).TotalNanoseconds / count;
}

static (double, double) Swap((double, double) pair) => (pair.Item2, pair.Item1);

static double Median(IEnumerable<double> values)
{
    double[] sorted = [.. values.Order()];
    return sorted[sorted.Length / 2];
}

internal sealed record Row(string Operation, double Ours, double Cpp, double Ratio);
