using System.Diagnostics;

namespace EndToEnd;

/// <summary>The samples' program, run as people run it: a process with arguments, an exit code and two streams.</summary>
internal static class Samples
{
    public sealed record Outcome(int ExitCode, string Output, string Errors);

    public static Outcome Run(params string[] arguments) => Run(Path.GetTempPath(), new Dictionary<string, string?>(), arguments);

    public static Outcome Run(string folder, IReadOnlyDictionary<string, string?> environment, params string[] arguments)
    {
        using var process = Start(folder, environment, arguments);
        return Wait(process);
    }

    /// <summary>Waits for a process and takes what it wrote.</summary>
    public static Outcome Wait(Process process)
    {
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new(process.ExitCode, output, errors.Result);
    }

    /// <summary>What <c>dotnet</c> runs.</summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "DslCM.Samples.dll");

    public static Process Start(string folder, IReadOnlyDictionary<string, string?> environment, params string[] arguments) =>
        Start("dotnet", folder, environment, [Program, .. arguments]);

    public static Process Start(string program, string folder, IReadOnlyDictionary<string, string?> environment, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        start.Environment["CM_PROGRAM"] = "./cm";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("dslcm-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
