namespace CM.Torch;

/// <summary>How many threads libtorch's CPU kernels use.</summary>
public static class Threads
{
    /// <summary>
    /// Cores that this process may use, a core with two hardware threads counted once: arithmetic gains nothing from the second, and waits
    /// for it at every barrier.
    /// </summary>
    public static int PhysicalCores { get; } = Math.Max(1, Math.Min(Environment.ProcessorCount, Cores()));

    private static int Cores()
    {
        const string cpus = "/sys/devices/system/cpu";
        try
        {
            return Directory.EnumerateDirectories(cpus, "cpu*")
                .Select(cpu => Path.Combine(cpu, "topology", "thread_siblings_list"))
                .Where(File.Exists).Select(File.ReadAllText).Distinct().Count() is > 0 and var cores ? cores : Environment.ProcessorCount;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Environment.ProcessorCount;
        }
    }
}
