using System.Diagnostics;

namespace CM.Runtime.Tests;

/// <summary>Other people's programs, with which files are exchanged.</summary>
internal static class Programs
{
    public const string Python = "/usr/bin/python3";

    /// <summary>Runs a program to its end.</summary>
    /// <returns>What it wrote.</returns>
    public static byte[] Run(string program, byte[] input, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments);
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        using var output = new MemoryStream();
        var copied = process.StandardOutput.BaseStream.CopyToAsync(output);
        process.StandardInput.BaseStream.Write(input);
        process.StandardInput.Close();
        copied.Wait();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, $"{program}: {errors.Result}");
        return output.ToArray();
    }

    /// <summary>Runs a script of Python.</summary>
    public static byte[] RunPython(string script, params IEnumerable<string> arguments) => Run(Python, [], ["-c", script, .. arguments]);

    /// <summary>A script that lies beside the tests.</summary>
    public static string Text(string name)
    {
        using var reader = new StreamReader(typeof(Programs).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    public static bool Has(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    public static bool HasModule(string module)
    {
        if (!File.Exists(Python))
            return false;
        using var process = Process.Start(new ProcessStartInfo(Python, ["-c", $"import {module}"]) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}

/// <summary>A test beside a Python module from Debian; skipped by name where there is none.</summary>
public sealed class PythonFactAttribute : FactAttribute
{
    public PythonFactAttribute(string module, string package)
    {
        if (!Programs.HasModule(module))
            Skip = $"{Programs.Python} has no module {module}; apt-get install {package}";
    }
}

/// <summary>A test beside a program from Debian; skipped by name where there is none.</summary>
public sealed class ProgramFactAttribute : FactAttribute
{
    public ProgramFactAttribute(string program, string package)
    {
        if (!Programs.Has(program))
            Skip = $"there is no {program}; apt-get install {package}";
    }
}
