using System.Diagnostics;
using System.Text.RegularExpressions;

namespace CM.Driver;

/// <summary>Calls of MSBuild that are silent and leave a log.</summary>
internal static partial class MSBuild
{
    private const string Mark = "error ";

    /// <summary>Runs a command of <c>dotnet</c> that is MSBuild's.</summary>
    /// <param name="workspace">The checkout.</param>
    /// <param name="log">The name of the log in the state's folder.</param>
    /// <param name="arguments">The command and its arguments.</param>
    /// <returns>The errors in the log, each once and without the project that reports it; null on success.</returns>
    public static IReadOnlyList<string>? Run(Workspace workspace, string log, params IEnumerable<string> arguments)
    {
        var path = Path.Combine(workspace.State, log);
        File.Delete(path);
        // MSBuild writes the log itself: a pipe stays open as long as the compiler server lives.
        var logger = $"-fileLoggerParameters:LogFile={Path.GetRelativePath(workspace.Root, path)};Verbosity=minimal;Encoding=utf-8";
        string[] silent = ["-nologo", "--nodeReuse:false", "-noConsoleLogger", logger];
        using var process = Process.Start(Dotnet.Call(workspace.Root, [.. arguments, .. silent]))!;
        process.WaitForExit();
        return process.ExitCode == 0 ? null : [.. Errors(File.Exists(path) ? File.ReadLines(path) : [])];
    }

    internal static IEnumerable<string> Errors(IEnumerable<string> log) =>
        log.Where(line => line.Contains(": " + Mark, StringComparison.Ordinal))
            .Select(line => Reporter().Replace(line, "").Trim())
            .Distinct();

    /// <summary>An error without its place.</summary>
    public static string WithoutPlace(string error) => error[(error.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length)..];

    [GeneratedRegex(@" \[[^\[\]]*proj(::[^\[\]]*)?\]$")]
    private static partial Regex Reporter();
}
