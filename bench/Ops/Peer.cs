using System.Diagnostics;
using System.Globalization;

namespace CM.Bench.Ops;

/// <summary>The C++ program beside us, told what to run and how often.</summary>
internal sealed class Peer : IDisposable
{
    private readonly Process process;

    public Peer()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, ".cm", "bench-ops", "ops")))
            folder = folder.Parent;
        var program = folder is null
            ? throw new FileNotFoundException("the C++ peer is not built: cmake -S bench/Ops/native -B .cm/bench-ops -DCMAKE_BUILD_TYPE=Release && cmake --build .cm/bench-ops")
            : Path.Combine(folder.FullName, ".cm", "bench-ops", "ops");
        process = Process.Start(new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
    }

    /// <summary>Nanoseconds a repetition.</summary>
    public double Time(string workload, int count)
    {
        process.StandardInput.WriteLine($"{workload} {count}");
        process.StandardInput.Flush();
        return double.Parse(process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("the C++ peer stopped"), CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }
}
