using System.Diagnostics;
using System.Text.Json;

namespace Bench;

/// <summary>Measurements in a process of their own.</summary>
internal static class SideProcess
{
    // The same for all sides: memory is kept between steps, and ATen takes the widest vectors of this processor.
    private static readonly (string, string)[] Settings =
    [
        ("MALLOC_TRIM_THRESHOLD_", "100000000000"), ("MALLOC_MMAP_THRESHOLD_", "100000000000"),
        .. System.Runtime.Intrinsics.X86.Avx512F.IsSupported ? [("ATEN_CPU_CAPABILITY", "avx512")] : Array.Empty<(string, string)>(),
    ];

    /// <summary>Starts a program that prints its measurements.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
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

    /// <summary>Starts this program again, whether dotnet runs it or its own file.</summary>
    public static Side Again(string[] arguments, int threads) =>
        Environment.ProcessPath is { } own && Path.GetFileNameWithoutExtension(own) != "dotnet"
            ? Start(own, arguments, threads)
            : Start(Environment.ProcessPath!, [Environment.GetCommandLineArgs()[0], .. arguments], threads);
}
