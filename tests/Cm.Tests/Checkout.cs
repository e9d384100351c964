using System.Diagnostics;

namespace CM.Driver.Tests;

/// <summary>A checkout in miniature, gone after the tests: the built <c>cm</c> in its place, and files that a test writes.</summary>
public class Checkout : IDisposable
{
    public Checkout()
    {
        Write("DslCM.sln", "");
        Write("Directory.Build.props", "<Project><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>");
        foreach (var folder in new[] { "src/CM.Watch", "samples", "tests", "bench", "build", ".cm/cm" })
            Directory.CreateDirectory(this[folder]);
        foreach (var file in Directory.GetFiles(AppContext.BaseDirectory, "cm.*"))
            File.Copy(file, this[$".cm/cm/{Path.GetFileName(file)}"]);
    }

    /// <summary>The checkout that these tests belong to.</summary>
    public static string Own { get; } = Driver.Workspace.Find(AppContext.BaseDirectory).Root;

    public string Root { get; } = Directory.CreateTempSubdirectory("cm checkout-").FullName; // with a space, as in many a home folder

    public string this[string path] => Path.Combine(Root, path);

    internal Workspace Workspace => new(Root);

    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[path])!);
        File.WriteAllText(this[path], text);
    }

    /// <summary>Describes a call of this checkout's <c>cm</c>.</summary>
    public ProcessStartInfo Call(params string[] arguments) => Describe("dotnet", [this[".cm/cm/cm.dll"], .. arguments]);

    /// <summary>Describes a call of a program with redirected streams, outside the checkout, where the torch package is given.</summary>
    public static ProcessStartInfo Describe(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.Environment["TorchPackage"] = "TorchSharp-cpu";
        return start;
    }

    public static (int ExitCode, string Output, string Errors) Run(ProcessStartInfo start, string input = "")
    {
        using var process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        return Wait(process);
    }

    public static (int ExitCode, string Output, string Errors) Wait(Process process)
    {
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    public void Dispose()
    {
        Directory.Delete(Root, recursive: true);
        GC.SuppressFinalize(this);
    }
}

/// <summary>A test of what Windows does otherwise, or cannot do.</summary>
public sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute()
    {
        if (OperatingSystem.IsWindows())
            Skip = "Windows has neither signals nor bash";
    }
}
