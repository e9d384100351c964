using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace CM.Driver;

/// <summary>Runs the tests of the solution, and sums what its projects count.</summary>
/// <param name="workspace">The checkout.</param>
internal sealed class TestRun(Workspace workspace)
{
    /// <summary>Runs every test, or those whose name contains the filter.</summary>
    /// <returns>The exit code.</returns>
    public int Run(string? filter)
    {
        string[] chosen = filter is null ? [] : ["--filter", $"FullyQualifiedName~{filter}"];
        // Two projects at a time: the programs that tests start leave the processor idle.
        string[] options = ["-c", "Release", "--no-build", "--nologo", "-m:2"];
        var start = Dotnet.Call(workspace.Root, ["test", Target.Solution.Project, .. options, .. chosen]);
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        // The classes that run side by side fill the processor; threads of libtorch besides would wait for each other.
        start.Environment.TryAdd("OMP_NUM_THREADS", "1");
        Dotnet.AllowInterrupts(); // tests interrupt programs
        using var log = new StreamWriter(Path.Combine(workspace.State, "test.log"));
        using var process = Process.Start(start)!;
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => process.Kill(entireProcessTree: true));
        var counts = new TestCounts();
        process.OutputDataReceived += Take;
        process.ErrorDataReceived += Take;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.WaitForExit();

        counts = counts.WithExitCode(process.ExitCode);
        if (filter is not null && counts == new TestCounts())
            throw new UserError($"no test has '{filter}' in its name");
        Console.WriteLine(counts);
        return process.ExitCode;

        void Take(object sender, DataReceivedEventArgs received)
        {
            if (received.Data is not { } line)
                return;
            lock (log)
            {
                Console.WriteLine(line);
                log.WriteLine(line);
                counts = counts.Add(line);
            }
        }
    }
}

/// <summary>Numbers of tests, summed over projects.</summary>
internal sealed partial record TestCounts(int Passed = 0, int Failed = 0, int Skipped = 0)
{
    /// <summary>Adds the counts of a project, where a line of <c>dotnet test</c> tells them.</summary>
    public TestCounts Add(string line) =>
        ProjectLine().Match(line) is { Success: true } match
            ? new(Passed + Number(match, 2), Failed + Number(match, 1), Skipped + Number(match, 3))
            : this;

    /// <summary>Counts a run that failed without a failed test, a crash, as one failure.</summary>
    public TestCounts WithExitCode(int exitCode) => exitCode != 0 && Failed == 0 ? this with { Failed = 1 } : this;

    public override string ToString() => $"{Passed} passed, {Failed} failed{(Skipped == 0 ? "" : $", {Skipped} skipped")}";

    private static int Number(Match match, int group) => int.Parse(match.Groups[group].ValueSpan);

    [GeneratedRegex(@"^\s*\w+!\s+- Failed: +(\d+), Passed: +(\d+), Skipped: +(\d+), Total: ")]
    private static partial Regex ProjectLine();
}
