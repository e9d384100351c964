using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace CM.Runtime;

/// <summary>Message for the case that libtorch gets no memory.</summary>
internal static partial class OutOfMemory
{
    /// <summary>
    /// Part of the memory that the estimate may fill. It counts what is kept from the forward to the backward pass alone; gradients of it,
    /// work space of convolutions and gaps between blocks come on top.
    /// </summary>
    private const double Usable = 0.4;

    /// <summary>Whether libtorch got no memory.</summary>
    public static bool IsCause(Exception exception) => exception is ExternalException && Asked(exception.Message) is not null;

    /// <summary>Bytes that libtorch asked for in vain; null where a message tells of something else. 0 where it does not say.</summary>
    public static long? Asked(string message) =>
        CpuRequest().Match(message) is { Success: true } cpu ? long.Parse(cpu.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
        : CudaRequest().Match(message) is { Success: true } cuda ? Bytes(cuda)
        : message.Contains("out of memory", StringComparison.OrdinalIgnoreCase) ? 0
        : null;

    /// <summary>Bytes that were free on the CUDA device that a message tells of; null where it does not say.</summary>
    public static long? Free(string message) => CudaFree().Match(message) is { Success: true } free ? Bytes(free) : null;

    /// <summary>The largest batch that should fit; 0 where none does, null where sizes are open.</summary>
    /// <param name="experiment">Experiment that takes them.</param>
    /// <param name="batch">The batch that did not fit.</param>
    /// <param name="free">Bytes that were free before anything was built.</param>
    public static long? Fitting(Experiment experiment, int batch, long free) =>
        experiment.Network is { Activations: > 0 and var example, Parameters: >= 0 }
        ? Math.Clamp((long)((Usable * free - Held(experiment)) / example), 0, batch / 2)
        : null;

    /// <summary>Refuses what cannot fit: the kernel gives memory that it does not have, and would end the program without a word.</summary>
    /// <param name="experiment">Experiment that takes them.</param>
    /// <param name="setup">Batch and device.</param>
    /// <param name="examples">Number of examples trained on at once; 0 for none.</param>
    /// <param name="free">Bytes that are free; null where that is not known.</param>
    /// <exception cref="UserError"> Weights, gradients and moments with half of what examples keep exceed the memory; half, since that is
    /// an estimate. </exception>
    public static void Check(Experiment experiment, TrainingSetup setup, int examples, long? free)
    {
        if (free is not { } bytes || experiment.Network.Parameters < 0)
            return;
        var (held, kept) = (Held(experiment), (double)Math.Max(0, experiment.Network.Activations) * examples);
        if (held > bytes)
            throw new UserError($"{experiment.Plan.Name}: {experiment.Network.Parameters:N0} parameters, "
                + $"held {experiment.Plan.Copies} times with gradients, moments and averages, take {Gigabytes(held)} on {setup.Device}, "
                + $"where {Gigabytes(bytes)} are free; take a machine that has more.");
        if (held + kept / 2 > bytes)
            throw new UserError($"--batch {setup.Batch}: takes about {Gigabytes((long)(held + kept))} on {setup.Device}, "
                + $"where {Gigabytes(bytes)} are free; {Advice(experiment, Fitting(experiment, examples, bytes) ?? 0)}.");
    }

    /// <summary>One line.</summary>
    /// <param name="message">Message of libtorch.</param>
    /// <param name="run">The run that did not get memory.</param>
    /// <param name="experiment">Experiment of the run.</param>
    /// <param name="freeBefore">Bytes that were free before the run began; null where that is not known.</param>
    /// <param name="freeThen">Bytes that were free when memory was asked for in vain; null where that is not known.</param>
    public static UserError Explain(string message, TrainingRun run, Experiment experiment, long? freeBefore, long? freeThen)
    {
        var (asked, free, setup) = (Asked(message) ?? 0, Free(message) ?? freeThen, run.Setup);
        var fitting = freeBefore is { } before ? Fitting(experiment, setup.AtOnce, before) : null;
        return new UserError($"step {run.Done}: out of memory on {setup.Device}: "
            + (asked > 0 ? $"{Gigabytes(asked)} more were asked for" : "more was asked for than there is")
            + (free is { } bytes ? $", {Gigabytes(bytes)} were free" : "")
            + $"; {(fitting is { } batch ? Advice(experiment, batch) : $"take a smaller batch than {setup.Batch:N0} with --batch N")}"
            + (run.Done > 0 ? run.Rest() : "."));
    }

    // Weights with their gradients, moments and averages, in float32.
    private static long Held(Experiment experiment) => experiment.Network.Parameters * experiment.Plan.Copies * sizeof(float);

    private static string Advice(Experiment experiment, long fitting) =>
        (fitting > 0 ? $"a batch of {fitting:N0} should fit (--batch {fitting})" : "not even a batch of 1 fits")
        + $": an example keeps {experiment.Network.Activations / 1e6:N2} MB, weights with gradients, "
        + $"moments and averages take {Gigabytes(Held(experiment))}";

    private static string Gigabytes(long bytes) => $"{bytes / 1e9:N2} GB";

    private static long Bytes(Match match) =>
        (long)(double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) * match.Groups[2].Value switch
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

    // 1.13: "…; 79.15 GiB total capacity; 74.00 GiB already allocated; 1.25 GiB free; …", 2.x: "… has a total capacity of 79.15 GiB of
    // which 1.25 GiB is free. …"
    [GeneratedRegex(@"([\d.]+) (bytes|KiB|MiB|GiB) (?:is )?free[;.]")]
    private static partial Regex CudaFree();
}
