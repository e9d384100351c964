using System.Collections;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace CM.Driver;

/// <summary>Starts <c>dotnet</c>, the one that runs this program.</summary>
internal static partial class Dotnet
{
    private const int SigInt = 2, SigPipe = 13;

    private static readonly string Path = Environment.ProcessPath!;

    /// <summary>Describes a call with <c>dotnet</c>'s messages in English, for they are read here.</summary>
    public static ProcessStartInfo Call(string folder, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Path, arguments) { WorkingDirectory = folder };
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        return start;
    }

    /// <summary>Runs a program in place of this one, which signals, standard streams and the exit code then belong to.</summary>
    /// <returns>The exit code, where a process cannot be replaced.</returns>
    public static int Become(string assembly, params IEnumerable<string> arguments)
    {
        if (OperatingSystem.IsWindows())
            return Wait(new ProcessStartInfo(Path, [assembly, .. arguments]));
        var variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(each => $"{each.Key}={each.Value}");
        UseDefault(SigPipe); // the runtime ignores it, and what is ignored stays so in the other program
        Replace(Path, [Path, assembly, .. arguments, null], [.. variables, null]);
        throw new UserError($"{Path} does not start: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Lets programs started from here be interrupted, also where this one ignores interrupts, as behind `&amp;`.</summary>
    public static void AllowInterrupts()
    {
        if (!OperatingSystem.IsWindows())
            UseDefault(SigInt);
    }

    private static int Wait(ProcessStartInfo start)
    {
        Console.CancelKeyPress += (_, pressed) => pressed.Cancel = true; // the program, at the same console, decides
        using var process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode;
    }

    private static void UseDefault(int signal) => SetHandler(signal, 0);

    [LibraryImport("libc", EntryPoint = "execve", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Replace(string path, string?[] arguments, string?[] environment);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);
}
