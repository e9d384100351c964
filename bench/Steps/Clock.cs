using System.Diagnostics;

namespace Bench;

/// <summary>The measurements of one side.</summary>
/// <param name="seconds">Seconds of a step, median.</param>
/// <param name="peak_mib">The process's peak of memory above that before its model was made.</param>
/// <param name="loss">The last loss, or the mean of those to compare.</param>
/// <param name="first">Seconds from the start of the process to the end of the first step.</param>
/// <param name="allocated">Managed bytes of a step, median.</param>
internal sealed record Side(double seconds, double peak_mib, double loss, double first = 0, double allocated = 0);

/// <summary>Times the steps of this process; made before its model.</summary>
internal sealed class Clock
{
    private readonly double loaded;

    public Clock()
    {
        GC.Collect();
        loaded = Memory("VmRSS");
    }

    /// <summary>Takes the steps of a workload, those for warming up first.</summary>
    /// <param name="workload">The workload, which tells how many.</param>
    /// <param name="take">Takes the step of a number and returns its loss.</param>
    public Side Measure(Workload workload, Func<int, double> take)
    {
        var (seconds, allocated) = (new double[workload.Steps], new double[workload.Steps]);
        double loss = 0, first = 0;
        for (var step = 0; step < workload.WarmUp + workload.Steps; step++)
        {
            var (start, bytes) = (Stopwatch.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
            loss = take(step);
            if (step == 0)
                first = SinceStart();
            if (step - workload.WarmUp is >= 0 and var timed)
                (seconds[timed], allocated[timed]) =
                    (Stopwatch.GetElapsedTime(start).TotalSeconds, GC.GetAllocatedBytesForCurrentThread() - bytes);
        }

        return new(Median(seconds), Memory("VmHWM") - loaded, loss, first, Median(allocated));
    }

    // The process that measures has told when it started this one.
    private static double SinceStart() => double.TryParse(Environment.GetEnvironmentVariable("BENCH_START"), out var start)
        ? DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1e3 - start
        : 0;

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);

    private static double Memory(string field)
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024;
    }
}
