using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace CM.Build.Tests;

public sealed class BuildTests : IDisposable
{
    private static readonly string Targets = Path.Combine(Here(), "../../src/CM.Runtime/buildTransitive/CM.Runtime.targets");
    private readonly string folder = Directory.CreateTempSubdirectory("dslcm-build-").FullName;

    /// <summary>One test, since every build takes seconds. Links spare the disk, and show that none is written through.</summary>
    [TorchLibraryFact]
    public void A_program_that_is_built_or_published_runs_and_the_package_stays_as_it_is()
    {
        File.WriteAllText(this["Program.cs"], """
            using static TorchSharp.torch;
            System.Console.Write(randn(2, 2).mm(randn(2, 2)).shape.Length);
            """);
        File.WriteAllText(this["Program.csproj"], $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <OutputType>Exe</OutputType>
                <CMBuildAssembly>{typeof(MakeGlibcxxVersionOptional).Assembly.Location}</CMBuildAssembly>
                <CreateHardLinksForCopyLocalIfPossible>true</CreateHardLinksForCopyLocalIfPossible>
                <CreateHardLinksForPublishFilesIfPossible>true</CreateHardLinksForPublishFilesIfPossible>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="TorchSharp-cpu" Version="{TorchLibrary.Version}" />
              </ItemGroup>
              <Import Project="{Targets}" />
            </Project>
            """);
        var package = Describe(TorchLibrary.Path);
        var marks = new MakeGlibcxxVersionOptional().SystemLibraries.All(library => Defines(library, SyntheticElf.Version)) ? 0 : 1;

        CountMarks("build").ShouldBe(marks);
        var built = Describe(this["bin/Release/net10.0/runtimes/linux-x64/native/libLibTorchSharp.so"]);
        Run(this["bin/Release/net10.0/Program"]).ShouldBe("2");
        CountMarks("build").ShouldBe(0, "the second build finds it done");
        Describe(this["bin/Release/net10.0/runtimes/linux-x64/native/libLibTorchSharp.so"]).ShouldBe(built);

        CountMarks("publish", "--no-build", "-o", this["portable"]).ShouldBe(marks);
        Run(this["portable/Program"]).ShouldBe("2");
        CountMarks("publish", "--no-build", "-o", this["portable"]).ShouldBe(0, "the second one finds it done");
        CountMarks("publish", "-r", "linux-x64", "-o", this["linux"]).ShouldBe(2 * marks, "in the output folder and in the published one");
        Run(this["linux/Program"]).ShouldBe("2");

        Describe(TorchLibrary.Path).ShouldBe(package);
    }

    private string this[string name] => Path.Combine(folder, name);

    private int CountMarks(string command, params string[] arguments) =>
        Run("dotnet", [command, this["Program.csproj"], "-c", "Release", "-v", "minimal", "--nodeReuse:false", .. arguments])
            .Split("libLibTorchSharp.so: GLIBCXX_3.4.32 is optional now").Length - 1;

    private static bool Defines(string library, string version) =>
        new ElfFile(File.ReadAllBytes(library)).ListDefinitions().Contains(version);

    private static (string Hash, DateTime Time) Describe(string file) =>
        (Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))), File.GetLastWriteTimeUtc(file));

    private static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, output + errors.Result);
        return output;
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
