using System.Globalization;

namespace CM.Runtime;

/// <summary>The place of this process among those that torchrun, srun or <c>train --procs</c> started for one training.</summary>
/// <param name="Rank">From 0 up to, but not including, <paramref name="Size"/>.</param>
/// <param name="Size">How many processes there are, 1 or more.</param>
/// <param name="LocalRank">The place among those on this machine, which decides the CUDA device.</param>
/// <param name="LocalSize">How many there are on this machine.</param>
/// <param name="Host">Where the meeting point is.</param>
/// <param name="Port">Its TCP port.</param>
/// <param name="Serves">Whether this process serves the meeting point.</param>
/// <param name="Attempt">Counts restarts of the job.</param>
internal sealed record Placement(int Rank, int Size, int LocalRank, int LocalSize, string Host, int Port, bool Serves, string Attempt)
{
    private const int FirstPort = 15_000;

    /// <summary>Threads of this process: its share of the machine's; null where the user has set them.</summary>
    public int? Threads => Environment.GetEnvironmentVariable("OMP_NUM_THREADS") is { Length: > 0 } ? null : Math.Max(1, Backend.SuitableThreads / LocalSize);

    /// <summary>The device of this process, by its place on the machine; null for the only one there is.</summary>
    public string? Device => cuda.is_available() ? $"cuda:{LocalRank % cuda.device_count()}" : null;

    /// <summary>What to call this process in an error: <c>rank 1 of 2: </c>, or nothing where it trains alone.</summary>
    public static string Name
    {
        get
        {
            try
            {
                return FromEnvironment() is { } place ? $"rank {place.Rank} of {place.Size}: " : "";
            }
            catch (UserError)
            {
                return "";
            }
        }
    }

    /// <summary>What whoever started this process says in the environment.</summary>
    /// <returns>Null for a process that trains alone.</returns>
    /// <exception cref="UserError">The variables contradict each other.</exception>
    public static Placement? FromEnvironment() => From(Environment.GetEnvironmentVariable);

    /// <summary>What a set of variables says: those of torchrun, otherwise those of srun.</summary>
    public static Placement? From(Func<string, string?> variable)
    {
        var isTorch = Given("WORLD_SIZE") is not null;
        var size = isTorch ? Number("WORLD_SIZE") : Given("SLURM_PROCID") is null ? 1 : Number("SLURM_STEP_NUM_TASKS", Number("SLURM_NTASKS", 1));
        if (size <= 1)
            return null;
        var rank = Number(isTorch ? "RANK" : "SLURM_PROCID");
        if (rank >= size)
            throw new UserError($"rank {rank} of {size} processes: RANK and WORLD_SIZE (of srun: SLURM_PROCID and SLURM_NTASKS) contradict each other.");
        var localRank = Number(isTorch ? "LOCAL_RANK" : "SLURM_LOCALID", 0);
        var localSize = isTorch ? Number("LOCAL_WORLD_SIZE", 1) : Leading(Given("SLURM_STEP_TASKS_PER_NODE") ?? Given("SLURM_TASKS_PER_NODE"));
        var host = Given("MASTER_ADDR") ?? FirstHost(Given("SLURM_STEP_NODELIST") ?? Given("SLURM_JOB_NODELIST"))
            ?? throw new UserError($"rank {rank} of {size} processes: MASTER_ADDR does not say where rank 0 runs; start with torchrun, srun or --procs N, or set it.");
        var port = Given("MASTER_PORT") is not null ? Number("MASTER_PORT") : FirstPort + Number("SLURM_JOB_ID", 0) % 10_000;
        return new Placement(rank, size, localRank, localSize, host, port, rank == 0 && Given("TORCHELASTIC_USE_AGENT_STORE") is not "True", Given("TORCHELASTIC_RESTART_COUNT") ?? "0");

        string? Given(string name) => variable(name) is { Length: > 0 } text ? text : null;

        int Number(string name, int? otherwise = null) =>
            Given(name) is not { } text ? otherwise ?? throw new UserError($"{name} is not set, though there are several processes; start them with torchrun, srun or --procs N.")
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw new UserError($"{name}={text}: a whole number was expected.");
    }

    /// <summary>The first machine of a list as Slurm writes it: <c>gpu[03-05,9],cpu1</c> begins with gpu03.</summary>
    internal static string? FirstHost(string? list)
    {
        if (list is null)
            return null;
        var bracket = list.IndexOf('[');
        var comma = list.IndexOf(',');
        if (bracket < 0 || (comma >= 0 && comma < bracket))
            return comma < 0 ? list : list[..comma];
        var end = list.IndexOfAny(['-', ',', ']'], bracket);
        var close = list.IndexOf(']', bracket);
        var rest = list.IndexOf(',', close);
        return list[..bracket] + list[(bracket + 1)..end] + (rest < 0 ? list[(close + 1)..] : list[(close + 1)..rest]);
    }

    // 4(x2),3 begins with 4.
    private static int Leading(string? counts) =>
        int.TryParse(new string([.. (counts ?? "1").TakeWhile(char.IsAsciiDigit)]), out var count) ? count : 1;
}
