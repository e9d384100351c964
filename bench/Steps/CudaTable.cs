using System.Diagnostics;
using System.Text.Json;
using CM.Runtime;
using Spectre.Console;
using TorchSharp;
using static TorchSharp.torch;

namespace Bench;

/// <summary>Training steps on a CUDA device beside PyTorch's: eager, compiled, and recorded as a graph (bench/peers/cuda.py), each in a process of its own.</summary>
internal static class CudaTable
{
    private const int Steps = 50, WarmUp = 20;

    private static readonly string[] Ways = ["eager", "compile", "graph"];

    private static readonly Sort[] All =
    [
        new("W1", "W1", "W1", "float32", [256, 2], setup => new ToySteps.Training(setup)),
        new("DDPM++", "W2", "DDPM++", "float32", [512, 3, 32, 32], setup => new LargeSteps.Training(setup)),
        new("DDPM++ bf16", "W2", "DDPM++", "bfloat16", [512, 3, 32, 32], setup => new LargeLowSteps.Training(setup)),
    ];

    /// <param name="Check">The workload of the CPU with the same recipe, by whose losses both sides are compared.</param>
    private sealed record Sort(string Name, string Check, string Net, string Precision, long[] Shape, Func<TrainingSetup, Training> New);

    /// <summary>Measures and prints.</summary>
    /// <returns>The exit code: 2 without a device.</returns>
    public static int Show(string[]? only, int pairs, bool json)
    {
        if (!cuda.is_available())
        {
            Console.Error.WriteLine("bench: no CUDA device that this libtorch can use (./cm doctor says why); ./cm pack NAME makes an archive for a machine that has one");
            return 2;
        }

        if (only?.FirstOrDefault(name => All.All(each => each.Name != name)) is { } unknown)
        {
            Console.Error.WriteLine($"bench: there is no workload '{unknown}' for CUDA; there are: {string.Join(", ", All.Select(each => each.Name))}");
            return 2;
        }

        var peer = Pairs.Peer("cuda");
        var rows = All.Where(each => only?.Contains(each.Name) != false).Select(each => Measure(each, peer, pairs)).ToArray();
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(rows.Select(row => new
            {
                workload = row.Name,
                ours = row.Ours,
                peers = row.Peers.ToDictionary(each => each.Way, each => each.Side),
                ratios = row.Peers.ToDictionary(each => each.Way, each => row.Ours.seconds / each.Side.seconds),
                memory_ratio = row.Ours.peak_mib / row.Peers[0].Side.peak_mib,
            })));
            return 0;
        }

        var table = new Table().AddColumns(["workload", "ours, steps/s", .. Ways.Select(way => $"{way}, steps/s"), .. Ways.Select(way => $"time ÷ {way}"), "ours, MiB", "eager, MiB"]);
        foreach (var row in rows)
            table.AddRow([row.Name, Rate(row.Ours), .. row.Peers.Select(each => Rate(each.Side)), .. row.Peers.Select(each => $"{row.Ours.seconds / each.Side.seconds:0.00}"), $"{row.Ours.peak_mib:0}", $"{row.Peers[0].Side.peak_mib:0}"]);
        AnsiConsole.Write(table);
        return 0;

        static string Rate(Side side) => $"{1 / side.seconds:0.0}";
    }

    /// <summary>Times our side: steps that nobody waits for, then the device, as the peers do.</summary>
    public static Side Time(string name)
    {
        var sort = All.First(each => each.Name == name);
        var device = new Device(DeviceType.CUDA, 0);
        using var training = sort.New(new TrainingSetup(1_000_000, (int)sort.Shape[0], 1, device));
        cuda.synchronize();
        var before = Free();
        using var data = (rand(sort.Shape) * 2 - 1).to(device);
        Run(0, WarmUp);
        cuda.synchronize();
        var start = Stopwatch.GetTimestamp();
        using var total = Run(WarmUp, Steps);
        cuda.synchronize();
        return new(Stopwatch.GetElapsedTime(start).TotalSeconds / Steps, (before - Free()) / 1024.0 / 1024, total.item<float>() / Steps);

        Tensor Run(int from, int count)
        {
            var sum = zeros([], device: device);
            for (var step = from; step < from + count; step++)
            {
                using var loss = training.Step(data, step);
                sum.add_(loss);
            }

            return sum;
        }
    }

    private static (string Name, Side Ours, (string Way, Side Side)[] Peers) Measure(Sort sort, string peer, int pairs)
    {
        var check = Workload.Find(sort.Check);
        Pairs.Losses(check, Pairs.Peer(check.Peer), check.PeerOptions); // throws where they differ
        var sides = Enumerable.Range(0, pairs).Select(_ => (
            Ours: Pairs.Again(["cuda-side", sort.Name], 1),
            Peers: Ways.Select(way => Pairs.Start(Pairs.Python, [peer, "--net", sort.Net, "--way", way, "--precision", sort.Precision, "--steps", $"{Steps}", "--warmup", $"{WarmUp}"], 1)).ToArray())).ToArray();
        var ours = Median(sides.Select(side => side.Ours));
        var peers = Ways.Select((way, i) => (way, Median(sides.Select(side => side.Peers[i])))).ToArray();
        return (sort.Name, ours, peers);
    }

    private static Side Median(IEnumerable<Side> sides) => sides.OrderBy(side => side.seconds).ToArray() is var all ? all[all.Length / 2] : throw new UnreachableException();

    // What the driver says, as PyTorch's mem_get_info.
    private static long Free() =>
        (long)typeof(Training).Assembly.GetType("CM.Runtime.DeviceMemory")!.GetMethod("Free")!.Invoke(null, [new Device(DeviceType.CUDA, 0)])!;
}
