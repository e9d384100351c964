using System.Text.Json;
using Spectre.Console;

namespace Bench;

/// <summary>Results for people and for machines.</summary>
internal static class Report
{
    /// <summary>Prints a line a side, the peers' with the ratio of our time to theirs.</summary>
    public static void ShowTable(IReadOnlyList<Result> results)
    {
        // A file or a pipe has no width.
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = 140;
        var table = new Table().AddColumns(
            "workload", "threads", "side", "a step, ms", "ours ÷ its (min to max)", "MiB", "first step, s", "managed bytes");
        foreach (var column in table.Columns)
            column.NoWrap();
        foreach (var (workload, threads, ours, _, peers) in results)
        {
            Row(workload, $"{threads}", "ours", "", ours);
            foreach (var peer in peers)
                Row("", "", peer.Peer.Name, $"{peer.Ratio:0.00} ({peer.Least:0.00} to {peer.Most:0.00})", peer.Side);
        }

        AnsiConsole.Write(table);

        void Row(string workload, string threads, string side, string ratio, Side found) => table.AddRow(workload, threads, side,
            $"{found.seconds * 1e3:0.00}", ratio, $"{found.peak_mib:0}", $"{found.first:0.0}", $"{found.allocated:0}");
    }

    /// <summary>Prints an array; the measurements of a peer that was not measured are null.</summary>
    public static void ShowArray(IReadOnlyList<Result> results) => Console.WriteLine(JsonSerializer.Serialize(results.Select(Values)));

    private static Dictionary<string, object?> Values(Result result)
    {
        var values = new Dictionary<string, object?>
        {
            ["workload"] = result.Workload,
            ["threads"] = result.Threads,
            ["seconds_ours"] = result.Ours.seconds,
            ["first_ours"] = result.Ours.first,
            ["loss_ours"] = result.Loss,
            ["managed_bytes"] = result.Ours.allocated,
        };
        foreach (var peer in Peer.All)
        {
            var found = result.Peers.FirstOrDefault(each => each.Peer == peer);
            values[peer.RatioKey("ratio")] = found?.Ratio;
            values[peer.RatioKey("ratio_min")] = found?.Least;
            values[peer.RatioKey("ratio_max")] = found?.Most;
            values[peer.RatioKey("memory_ratio")] = result.Ours.peak_mib / found?.Side.peak_mib;
            values[peer.Key("seconds")] = found?.Side.seconds;
            values[peer.Key("first")] = found?.Side.first;
            values[peer.Key("loss")] = found?.Loss;
        }

        return values;
    }
}
