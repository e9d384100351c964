using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace CM.Runtime;

/// <summary>What can be said when libtorch gets no memory.</summary>
internal static partial class OutOfMemory
{
    /// <summary>
    /// Part of the memory that the estimate may fill. It counts what is kept from the forward to the backward pass alone; gradients of it, work space of
    /// convolutions and gaps between blocks come on top.
    /// </summary>
    private const double Usable = 0.4;

    /// <summary>Weights, gradients and at least one moment.</summary>
    private const int LeastCopies = 3;

    /// <summary>Weights, gradients, two moments and an average, in float32: what a training takes besides its activations.</summary>
    public const long BytesPerParameter = 5 * sizeof(float);

    /// <summary>Whether libtorch got no memory.</summary>
    public static bool IsCause(Exception exception) => exception is ExternalException && Asked(exception.Message) is not null;

    /// <summary>How many bytes libtorch asked for in vain; null where a message tells of something else. 0 where it does not say.</summary>
    public static long? Asked(string message) =>
        CpuRequest().Match(message) is { Success: true } cpu ? long.Parse(cpu.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
        : CudaRequest().Match(message) is { Success: true } cuda ? Bytes(cuda)
        : message.Contains("out of memory", StringComparison.OrdinalIgnoreCase) ? 0
        : null;

    /// <summary>How many bytes were free on the CUDA device that a message tells of; null where it does not say.</summary>
    public static long? Free(string message) => CudaFree().Match(message) is { Success: true } free ? Bytes(free) : null;

    /// <summary>The largest batch that should fit; 0 where none does, null where sizes are open.</summary>
    /// <param name="network">What it takes an example.</param>
    /// <param name="batch">The batch that did not fit.</param>
    /// <param name="free">Bytes that were free before anything was built.</param>
    public static long? Fitting(NetworkPlan network, int batch, long free) => network is { Activations: > 0, Parameters: >= 0 }
        ? Math.Clamp((long)((Usable * free - network.Parameters * BytesPerParameter) / network.Activations), 0, batch / 2)
        : null;

    /// <summary>Refuses what cannot fit: the kernel gives memory that it does not have, and would end the program without a word.</summary>
    /// <param name="network">What it takes an example.</param>
    /// <param name="setup">Batch and device.</param>
    /// <param name="free">Bytes that are free; null where that is not known.</param>
    /// <exception cref="UserError">Half of the estimate is more than there is; half, since activations may be of 16 bits.</exception>
    public static void Check(NetworkPlan network, TrainingSetup setup, long? free)
    {
        if (free is not { } bytes || Fitting(network, setup.AtOnce, bytes) is not { } fitting)
            return;
        var need = network.Parameters * BytesPerParameter + (double)network.Activations * setup.AtOnce;
        if (need / 2 > bytes)
            throw new UserError($"--batch {setup.Batch}: takes about {Gigabytes((long)need)} on {setup.Device}, where {Gigabytes(bytes)} are free; {Advice(network, fitting)}.");
    }

    /// <summary>Refuses weights that this machine cannot hold, averages and frozen ones included.</summary>
    /// <param name="layout">What is trained.</param>
    /// <param name="averages">How many averages of it are kept.</param>
    /// <param name="frozen">What lies beside it; null where nothing does.</param>
    /// <exception cref="UserError">They take more than the machine has, not only than is free.</exception>
    public static void CheckWeights(ParameterLayout layout, int averages, ParameterLayout? frozen)
    {
        var needed = sizeof(float) * (layout.Count * (LeastCopies + averages) + (frozen?.Count ?? 0));
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (needed > available)
            throw new UserError($"{layout.Count:N0} parameters with gradients, moments{(averages == 0 ? "" : averages == 1 ? ", an average" : $", {averages} averages")}{(frozen is null ? "" : ", frozen weights")} take {Gigabytes(needed)} and more, and this machine has {Gigabytes(available)}; train it where there is more.");
    }

    /// <summary>One line.</summary>
    /// <param name="message">What libtorch says.</param>
    /// <param name="run">The run that did not get memory.</param>
    /// <param name="network">Its network.</param>
    /// <param name="freeBefore">Bytes that were free before the run began; null where that is not known.</param>
    /// <param name="freeThen">Bytes that were free when memory was asked for in vain; null where that is not known.</param>
    public static UserError Explain(string message, TrainingRun run, NetworkPlan network, long? freeBefore, long? freeThen)
    {
        var (asked, free, setup) = (Asked(message) ?? 0, Free(message) ?? freeThen, run.Setup);
        var fitting = freeBefore is { } before ? Fitting(network, setup.AtOnce, before) : null;
        return new UserError($"step {run.Done}: out of memory on {setup.Device}: "
            + (asked > 0 ? $"{Gigabytes(asked)} more were asked for" : "more was asked for than there is")
            + (free is { } bytes ? $", {Gigabytes(bytes)} were free" : "")
            + $"; {(fitting is { } batch ? Advice(network, batch) : $"take a smaller batch than {setup.Batch:N0} with --batch N")}"
            + (run.Done > 0 ? run.Rest() : "."));
    }

    private static string Advice(NetworkPlan network, long fitting) =>
        (fitting > 0 ? $"a batch of {fitting:N0} should fit (--batch {fitting})" : "not even a batch of 1 fits")
        + $": an example keeps {network.Activations / 1e6:N2} MB, weights with gradients, moments and an average take {Gigabytes(network.Parameters * BytesPerParameter)}";

    private static string Gigabytes(long bytes) => $"{bytes / 1e9:N2} GB";

    private static long Bytes(Match match) => (long)(double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) * match.Groups[2].Value switch
    {
        "KiB" => 1L << 10,
        "MiB" => 1L << 20,
        "GiB" => 1L << 30,
        _ => 1,
    });

    [GeneratedRegex(@"can't allocate memory: you tried to allocate (\d+) bytes")]
    private static partial Regex CpuRequest();

    [GeneratedRegex(@"CUDA out of memory\. Tried to allocate ([\d.]+) (\w+)")]
    private static partial Regex CudaRequest();

    // 1.13: "…; 79.15 GiB total capacity; 74.00 GiB already allocated; 1.25 GiB free; …", 2.x: "… has a total capacity of 79.15 GiB of which 1.25 GiB is free. …"
    [GeneratedRegex(@"([\d.]+) (bytes|KiB|MiB|GiB) (?:is )?free[;.]")]
    private static partial Regex CudaFree();
}
