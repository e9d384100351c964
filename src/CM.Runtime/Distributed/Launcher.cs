using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace CM.Runtime;

/// <summary>
/// <c>train --procs N</c>: starts this program N times with the same arguments, connected over this machine's loopback. The processes write to this one's streams; rank 0 tells of
/// the training. Each has a pipe from here as its standard input: a line asks it to stop, or tells that another one is gone, and where the pipe ends it is alone and ends, too.
/// </summary>
internal sealed partial class Launcher
{
    private const string Marker = "CM_LAUNCHED";
    private const string Stop = "stop";
    private const string Lost = "lost";
    private const int UsersFault = 2;

    // Exit codes above tell the signal that ended a process.
    private const int Signals = 128;

    // What a process may take to notice that another one is gone.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    private static volatile bool asksToStop;
    private static volatile bool haveMet;

    private readonly int size;

    private Launcher(int size) => this.size = size;

    /// <summary>Whether the launcher of this process has asked it to stop.</summary>
    public static bool AsksToStop => asksToStop;

    /// <summary>From now on this process notices by itself when another one is gone.</summary>
    public static void HaveMet() => haveMet = true;

    /// <summary>The launcher that a command needs.</summary>
    /// <param name="processes">What the user asked for.</param>
    /// <returns>Null where this process trains itself.</returns>
    /// <exception cref="UserError">It is one of several processes already, and of another number.</exception>
    public static Launcher? For(int? processes)
    {
        if (processes is not { } size || Options.AtLeastOne(size, "--procs") == 1)
            return null;
        var place = Placement.FromEnvironment();
        if (place is not null && place.Size != size)
            throw new UserError($"--procs {size}: this is one of {place.Size} processes already; leave --procs out under torchrun and srun.");
        if (place is null)
            return new Launcher(size);
        if (Environment.GetEnvironmentVariable(Marker) is not null)
            new Thread(Heed) { IsBackground = true, Name = "launcher" }.Start();
        return null;
    }

    /// <summary>What to give <c>train</c> so that as many processes are started again; nothing where no launcher started this one.</summary>
    public static IEnumerable<string> Again(TrainingSetup setup) =>
        setup.Group is { } group && Environment.GetEnvironmentVariable(Marker) is not null ? ["--procs", $"{group.Size}"] : [];

    private static void Heed()
    {
        while (Console.In.ReadLine() is { } line)
        {
            asksToStop |= line == Stop;
            if (line == Lost && !haveMet)
            {
                Console.Error.WriteLine($"error: {Placement.Name}another process is gone before all had met; start the run again.");
                EndAtOnce(UsersFault); // the main thread waits for the others inside libtorch
            }
        }
        using var own = Process.GetCurrentProcess();
        own.Kill(); // the launcher is gone, and somebody may go on with the run already
    }

    /// <summary>Starts the processes and waits for them.</summary>
    /// <returns>0 when all went well, otherwise what the first of them, by rank, that failed ended with.</returns>
    public int Run()
    {
        var port = FreePort();
        var children = Enumerable.Range(0, size).Select(rank => Start(rank, port)).ToList();
        using var stop = new StopSignal();
        var (asked, failed) = (false, (Stopwatch?)null);
        while (children.Exists(child => !child.WaitForExit(50)))
        {
            if (stop.Requested && !asked)
                children.ForEach(child => Tell(child, input => input.WriteLine(Stop)));
            asked = stop.Requested;
            if (failed is null && children.Exists(child => child.HasExited && child.ExitCode != 0))
            {
                failed = Stopwatch.StartNew();
                children.ForEach(child => Tell(child, input => input.WriteLine(Lost)));
            }
            if (failed?.Elapsed > Grace)
                children.ForEach(child => Tell(child, input => input.Close()));
        }
        foreach (var (rank, child) in children.Index())
            if (child.ExitCode > Signals)
                Console.Error.WriteLine($"error: rank {rank} of {size}: was ended by signal {child.ExitCode - Signals}");
        return children.Select(child => child.ExitCode).OrderBy(code => code > Signals).FirstOrDefault(code => code != 0);
    }

    private static void Tell(Process child, Action<StreamWriter> say)
    {
        try
        {
            say(child.StandardInput);
            child.StandardInput.Flush();
        }
        catch (Exception ended) when (ended is IOException or ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }

    private Process Start(int rank, int port)
    {
        var own = Environment.GetCommandLineArgs();
        var program = Environment.ProcessPath!;
        var isHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
        var start = new ProcessStartInfo(program, isHost ? own : own[1..]) { RedirectStandardInput = true };
        foreach (var (name, value) in ((string, int)[])[("RANK", rank), ("WORLD_SIZE", size), ("LOCAL_RANK", rank), ("LOCAL_WORLD_SIZE", size), ("MASTER_PORT", port)])
            start.Environment[name] = $"{value}";
        start.Environment["MASTER_ADDR"] = $"{IPAddress.Loopback}";
        start.Environment[Marker] = "1";
        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void EndAtOnce(int code);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
