using System.Diagnostics;
using System.IO.Compression;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Packaging;

/// <summary>
/// The packages of this build in a folder of their own, and fresh projects that restore from there into a packages folder of their own.
/// </summary>
public sealed class Packages : IDisposable
{
    private static readonly string Configuration = typeof(Packages).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
    private readonly string folder = Directory.CreateTempSubdirectory("dslcm-packages-").FullName;

    public Packages()
    {
        foreach (var project in new[] { "CM.Dsl", "CM.Runtime", "CM.Cli", "DslCM.Templates" })
            Pack(project, "feed");
        // The machine's own sources stay: the packages that CM.Runtime depends on come from there, or, as libtorch is large, from the
        // machine's packages folder. Only a folder with packages of ours is not looked into: it would hide those of this build.
        var machine = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var fallback = Directory.Exists(Path.Combine(machine, "cm.runtime")) ? "" : $"<add key=\"machine\" value=\"{machine}\" />";
        File.WriteAllText(this["NuGet.config"], $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="packages" /></config>
              <fallbackPackageFolders>{fallback}</fallbackPackageFolders>
              <packageSources><add key="dslcm" value="feed" /></packageSources>
            </configuration>
            """);
    }

    public string this[string name] => Path.Combine(folder, name);

    public static string Repository { get; } = Path.GetFullPath(Path.Combine(Here(), "..", ".."));

    /// <summary>Packs a project of the repository as it was built.</summary>
    /// <returns>The package.</returns>
    public string Pack(string project, string into)
    {
        Dotnet(Repository, "pack", $"src/{project}", "--no-build", "-c", Configuration, "-o", this[into], "-v", "quiet").ExitCode.ShouldBe(0);
        return this[Path.Combine(into, Directory.GetFiles(this[into], $"{project}.*.nupkg").Select(Path.GetFileName).Single()!)];
    }

    public string Find(string project) => Directory.GetFiles(this["feed"], $"{project}.*.nupkg").Single();

    public static string[] Content(string package)
    {
        using var archive = ZipFile.OpenRead(package);
        return [.. archive.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal)];
    }

    public static string Read(string package, string file)
    {
        using var archive = ZipFile.OpenRead(package);
        using var reader = new StreamReader(archive.GetEntry(file)!.Open());
        return reader.ReadToEnd();
    }

    /// <summary>A fresh project beside the packages, which refers to CM.Runtime and nothing else.</summary>
    public string NewProject(string name, params (string File, string Text)[] files)
    {
        var version = Path.GetFileNameWithoutExtension(Find("CM.Runtime"))["CM.Runtime.".Length..];
        Directory.CreateDirectory(this[name]);
        File.WriteAllText(Path.Combine(this[name], name + ".csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <EnforceCodeStyleInBuild>true</EnforceCodeStyleInBuild>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="CM.Runtime" Version="{version}" />
              </ItemGroup>
            </Project>
            """);
        foreach (var (file, text) in files)
            File.WriteAllText(Path.Combine(this[name], file), text);
        return this[name];
    }

    /// <summary>Runs <c>dotnet</c>; both streams come back together.</summary>
    public static (int ExitCode, string Output) Dotnet(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = start.Environment["DOTNET_NOLOGO"] = start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment.Remove("NUGET_PACKAGES"); // goes before NuGet.config
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
