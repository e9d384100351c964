using System.Diagnostics;
using Spectre.Console;
using TorchSharp;
using static TorchSharp.torch;

namespace Bench;

/// <summary>Our steps beside the time that their multiplications take at the least on this machine.</summary>
internal static class Limits
{
    private const int Side = 1024;

    /// <summary>Prints a line a workload.</summary>
    public static void Show(IReadOnlyList<Workload> workloads, int threads)
    {
        set_num_threads(threads);
        var rate = Rate();
        Console.WriteLine($"The fastest product of {Side}×{Side} matrices: {rate / 1e9:0} GFLOP/s with {threads} thread(s).");
        var table = new Table().AddColumns("workload", "GFLOP a step", "at that rate, ms", "a step, ms", "of the limit");
        foreach (var workload in workloads.Where(each => each.Work > 0))
        {
            var (flop, seconds) = (2 * workload.Work, workload.Time(threads).seconds);
            var least = flop / rate;
            table.AddRow(workload.Name, $"{flop / 1e9:0.00}", $"{least * 1e3:0.0}", $"{seconds * 1e3:0.0}", $"{seconds / least:0.00}");
        }

        AnsiConsole.Write(table);
    }

    // At its best.
    private static double Rate()
    {
        using var _ = NewDisposeScope();
        using var frozen = no_grad();
        var (a, b) = (randn(Side, Side), randn(Side, Side));
        var best = double.MaxValue;
        for (var i = 0; i < 40; i++)
        {
            var start = Stopwatch.GetTimestamp();
            using var product = a.mm(b);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return 2.0 * Side * Side * Side / best;
    }
}
