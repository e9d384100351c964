using System.Diagnostics;
using System.Text.Json;
using Spectre.Console;

namespace Bench;

/// <summary>A workload beside PyTorch: medians, and the ratio of the times.</summary>
internal sealed record Ratio(string Workload, int Threads, double Ours, double Peer, double Median, double Least, double Most, double OursMiB, double PeerMiB, double OurLoss, double PeerLoss, double OursFirst, double PeerFirst, double Allocated);

/// <summary>Both sides in turn, each in a process of its own, after both gave the same loss.</summary>
internal static class Pairs
{
    private const double Allowed = 1e-4;

    // The same for both: memory is kept between steps, and ATen takes the widest vectors of this processor.
    private static readonly (string, string)[] Settings =
    [
        ("MALLOC_TRIM_THRESHOLD_", "100000000000"), ("MALLOC_MMAP_THRESHOLD_", "100000000000"),
        .. System.Runtime.Intrinsics.X86.Avx512F.IsSupported ? [("ATEN_CPU_CAPABILITY", "avx512")] : Array.Empty<(string, string)>(),
    ];

    public static Ratio Measure(Workload workload, int threads, int pairs)
    {
        var peer = Peer(workload.Peer);
        var options = workload.PeerOptions;
        var (ourLoss, peerLoss) = Losses(workload, peer, options);
        var (ours, theirs) = (new List<Side>(), new List<Side>());
        for (var pair = 0; pair < pairs; pair++)
        {
            ours.Add(Again(["side", workload.Name, $"{threads}"], threads));
            theirs.Add(Start(Python, [peer, "--steps", $"{workload.Steps}", "--warmup", $"{workload.Steps / 4 + 2}", "--threads", $"{threads}", .. options], threads));
        }

        double[] ratios = [.. ours.Zip(theirs, (mine, other) => mine.seconds / other.seconds).Order()];
        return new(workload.Name, threads, Median(ours, each => each.seconds), Median(theirs, each => each.seconds), ratios[pairs / 2], ratios[0], ratios[^1],
            Median(ours, each => each.peak_mib), Median(theirs, each => each.peak_mib), ourLoss, peerLoss, Median(ours, each => each.first), Median(theirs, each => each.first), Median(ours, each => each.allocated));
    }

    /// <summary>Prints the table, or the array.</summary>
    public static void Show(IReadOnlyList<Ratio> results, bool json)
    {
        if (json)
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
                first_ours = r.OursFirst,
                first_peer = r.PeerFirst,
                managed_bytes = r.Allocated,
            })));
            return;
        }

        var table = new Table().AddColumns("workload", "threads", "ours, ms", "PyTorch, ms", "ratio (min to max)", "ours, MiB", "PyTorch, MiB", "first step after start, s", "managed bytes a step");
        foreach (var r in results)
            table.AddRow(r.Workload, $"{r.Threads}", $"{r.Ours * 1e3:0.00}", $"{r.Peer * 1e3:0.00}", $"{r.Median:0.00} ({r.Least:0.00} to {r.Most:0.00})", $"{r.OursMiB:0}", $"{r.PeerMiB:0}", $"{r.OursFirst:0.0} and {r.PeerFirst:0.0}", $"{r.Allocated:0}");
        AnsiConsole.Write(table);
    }

    // Both sides compute the same, or there is nothing to compare.
    public static (double Ours, double Peer) Losses(Workload workload, string peer, string[] options)
    {
        var file = Path.GetTempFileName();
        try
        {
            var ours = Again(["check", workload.Name, file], 1).loss;
            var theirs = Start(Python, [peer, "--check", file, .. options], 1).loss;
            return Math.Abs(ours - theirs) <= Allowed * Math.Abs(theirs) ? (ours, theirs)
                : throw new InvalidOperationException($"{workload.Name}: the losses for the same weights and data differ, {ours} against {theirs}: no ratio.");
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>The Python whose torch is the peer: CM_PYTHON, otherwise the system's; a python3 earlier on the path may be one without torch.</summary>
    public static string Python { get; } = Environment.GetEnvironmentVariable("CM_PYTHON") ?? (File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3");

    public static Side Start(string program, string[] arguments, int threads)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        start.Environment["OMP_NUM_THREADS"] = $"{threads}";
        foreach (var (key, value) in Settings)
            start.Environment[key] = value;
        start.Environment["BENCH_START"] = (DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1e3).ToString("R");
        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed with {process.ExitCode}");
        return JsonSerializer.Deserialize<Side>(text)!;
    }

    private static double Median(List<Side> sides, Func<Side, double> value) => sides.Select(value).Order().ElementAt(sides.Count / 2);

    /// <summary>A peer's file, which lies beside the program.</summary>
    public static string Peer(string name) => Path.Combine(AppContext.BaseDirectory, "peers", name + ".py");

    /// <summary>Starts this program again, whether dotnet runs it or its own file.</summary>
    public static Side Again(string[] arguments, int threads) =>
        Environment.ProcessPath is { } own && Path.GetFileNameWithoutExtension(own) != "dotnet" ? Start(own, arguments, threads) : Start(Environment.ProcessPath!, [Environment.GetCommandLineArgs()[0], .. arguments], threads);
}
