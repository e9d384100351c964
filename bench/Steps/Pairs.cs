using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Spectre.Console;

namespace Bench;

/// <summary>A workload on both sides: medians, the losses that were compared, and the ratio of the times.</summary>
/// <param name="Ours">Medians of our side.</param>
/// <param name="Peer">PyTorch's side; null where it is skipped.</param>
internal sealed record Result(string Workload, int Threads, Side Ours, PeerResult? Peer);

/// <param name="Side">Medians of PyTorch's side.</param>
/// <param name="Ratio">The median of our time divided by PyTorch's.</param>
/// <param name="Losses">Our loss and PyTorch's for the same weights and inputs.</param>
internal sealed record PeerResult(Side Side, double Ratio, double Least, double Most, (double Ours, double Peer) Losses);

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

    public static Result Measure(Workload workload, int threads, int pairs, bool withPeer)
    {
        var peer = Path.Combine(AppContext.BaseDirectory, "peers", workload.Peer + ".py");
        var losses = withPeer ? Losses(workload, peer) : default;
        var (ours, theirs) = (new List<Side>(), new List<Side>());
        for (var pair = 0; pair < pairs; pair++)
        {
            ours.Add(Again(["side", workload.Name, $"{threads}"], threads));
            if (withPeer)
                theirs.Add(Start(Python, [peer, "--steps", $"{workload.Steps}", "--warmup", $"{workload.Steps / 4 + 2}",
                    "--threads", $"{threads}", .. workload.PeerOptions], threads));
        }

        if (!withPeer)
            return new(workload.Name, threads, Median(ours), null);
        double[] ratios = [.. ours.Zip(theirs, (mine, other) => mine.seconds / other.seconds).Order()];
        return new(workload.Name, threads, Median(ours), new(Median(theirs), ratios[pairs / 2], ratios[0], ratios[^1], losses));
    }

    /// <summary>The reason why there is no peer; null where there is one.</summary>
    public static string? NoPeer()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(Python, ["-c", "import torch"]) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : $"{Python} has no torch (Debian: apt-get install python3-torch)";
        }
        catch (Win32Exception)
        {
            return $"there is no {Python} (Debian: apt-get install python3-torch)";
        }
    }

    /// <summary>Prints the table, or the array.</summary>
    public static void Show(IReadOnlyList<Result> results, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(results.Select(r => new
            {
                workload = r.Workload,
                threads = r.Threads,
                ratio = r.Peer?.Ratio,
                ratio_min = r.Peer?.Least,
                ratio_max = r.Peer?.Most,
                memory_ratio = r.Ours.peak_mib / r.Peer?.Side.peak_mib,
                seconds_ours = r.Ours.seconds,
                seconds_peer = r.Peer?.Side.seconds,
                loss_ours = r.Peer?.Losses.Ours,
                loss_peer = r.Peer?.Losses.Peer,
                first_ours = r.Ours.first,
                first_peer = r.Peer?.Side.first,
                managed_bytes = r.Ours.allocated,
            })));
            return;
        }

        var table = new Table().AddColumns("workload", "threads", "ours, ms", "PyTorch, ms", "ratio (min to max)",
            "ours, MiB", "PyTorch, MiB", "first step after start, s", "managed bytes a step");
        foreach (var (workload, threads, ours, peer) in results)
            table.AddRow(workload, $"{threads}",
                $"{ours.seconds * 1e3:0.00}", peer is null ? "–" : $"{peer.Side.seconds * 1e3:0.00}",
                peer is null ? "" : $"{peer.Ratio:0.00} ({peer.Least:0.00} to {peer.Most:0.00})",
                $"{ours.peak_mib:0}", peer is null ? "" : $"{peer.Side.peak_mib:0}",
                $"{ours.first:0.0}{(peer is null ? "" : $" and {peer.Side.first:0.0}")}", $"{ours.allocated:0}");
        AnsiConsole.Write(table);
    }

    // Both sides compute the same, or there is nothing to compare.
    private static (double Ours, double Peer) Losses(Workload workload, string peer)
    {
        var file = Path.GetTempFileName();
        try
        {
            var ours = Again(["check", workload.Name, file], 1).loss;
            var theirs = Start(Python, [peer, "--check", file, .. workload.PeerOptions], 1).loss;
            return Math.Abs(ours - theirs) <= Allowed * Math.Abs(theirs) ? (ours, theirs)
                : throw new InvalidOperationException($"{workload.Name}: the losses for the same weights and data differ, {ours} against {theirs}: no ratio.");
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>The Python whose torch is the peer: CM_PYTHON, otherwise the system's; a python3 earlier on the path may be one without torch.</summary>
    private static string Python { get; } = Environment.GetEnvironmentVariable("CM_PYTHON") ?? (File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3");

    private static Side Start(string program, string[] arguments, int threads)
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

    private static Side Median(List<Side> sides)
    {
        return new(Of(side => side.seconds), Of(side => side.peak_mib), Of(side => side.loss), Of(side => side.first), Of(side => side.allocated));

        double Of(Func<Side, double> value) => sides.Select(value).Order().ElementAt(sides.Count / 2);
    }

    /// <summary>Starts this program again, whether dotnet runs it or its own file.</summary>
    private static Side Again(string[] arguments, int threads) =>
        Environment.ProcessPath is { } own && Path.GetFileNameWithoutExtension(own) != "dotnet" ? Start(own, arguments, threads) : Start(Environment.ProcessPath!, [Environment.GetCommandLineArgs()[0], .. arguments], threads);
}
