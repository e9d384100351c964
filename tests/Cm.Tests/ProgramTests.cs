using System.Diagnostics;
using System.Runtime.InteropServices;

namespace CM.Driver.Tests;

/// <summary><c>cm</c> as a process, in a checkout whose samples and tests are a few lines.</summary>
public sealed partial class ProgramTests(ProgramTests.SmallCheckout checkout) : IClassFixture<ProgramTests.SmallCheckout>
{
    private const int SigTerm = 15, SigInt = 2;

    [Fact]
    public async Task The_samples_program_has_arguments_input_and_exit_code_for_itself_and_is_built_once()
    {
        checkout.Write("samples/All/New.cs", "");
        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => Checkout.Run(checkout.Call("list")))));
        both.ShouldAllBe(each => each.ExitCode == 7);
        string.Concat(both.Select(each => each.Errors)).Split("building").Length.ShouldBe(2);
        var (exitCode, output, errors) = Checkout.Run(checkout.Call("sample", "a b", "ü", ""), "standard input");
        errors.ShouldBe("");
        output.TrimEnd().ShouldBe($"{CommandTable.ProgramName}: sample|a b|ü| <standard input>");
        exitCode.ShouldBe(7);
    }

    [UnixFact]
    public void Signals_reach_the_training_which_ends_as_it_decides()
    {
        Checkout.Run(checkout.Call("list"));
        foreach (var signal in new[] { SigTerm, SigInt })
        {
            using var process = Process.Start(checkout.Call("train"))!;
            process.StandardOutput.ReadLine().ShouldBe($"training in process {process.Id}");
            Send(process.Id, signal).ShouldBe(0);
            Checkout.Wait(process).ShouldBe((5, "saved\n", ""));
        }
    }

    [Fact]
    public void A_build_that_fails_shows_its_errors_and_the_place_of_the_log()
    {
        var (exitCode, output, errors) = Checkout.Run(checkout.Call("watch"));
        (exitCode, output).ShouldBe((2, ""));
        var lines = errors.TrimEnd().Split('\n');
        lines.Length.ShouldBe(3, errors);
        lines[0].ShouldBe("cm: building src/CM.Watch");
        lines[1].ShouldStartWith(checkout["src/CM.Watch/Program.cs"]);
        lines[1].ShouldEndWith("error CS0103: The name 'Undeclared' does not exist in the current context");
        lines[2].ShouldBe("cm: src/CM.Watch does not build (the whole log: .cm/build.log)");
        File.ReadAllText(checkout[".cm/build.log"]).ShouldContain("CS0103");
    }

    [UnixFact]
    public void Tests_are_summed_in_the_last_line_and_can_interrupt_programs_where_cm_ignores_interrupts()
    {
        var call = checkout.Call("test", "Loss");
        string[] ignoring = ["-c", "trap '' INT; exec dotnet \"$@\"", "bash"];
        var (exitCode, output, errors) = Checkout.Run(Checkout.Describe("bash", [.. ignoring, .. call.ArgumentList]));
        exitCode.ShouldBe(0, output + errors);
        output.ShouldContain("the filter is FullyQualifiedName~Loss");
        output.ShouldNotContain("not interrupted");
        output.TrimEnd().Split('\n')[^1].ShouldBe("3 passed, 0 failed, 1 skipped");
    }

    [Fact]
    public void A_filter_that_no_test_fits_is_told()
    {
        var (exitCode, output, errors) = Checkout.Run(checkout.Call("test", "Los"));
        exitCode.ShouldBe(2, output);
        errors.TrimEnd().Split('\n')[^1].ShouldBe("cm: no test has 'Los' in its name");
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int process, int signal);

    public sealed class SmallCheckout : Checkout
    {
        public SmallCheckout()
        {
            Write("samples/All/All.csproj", Project("DslCM.Samples"));
            Write("samples/All/Program.cs", """
                using System.Runtime.InteropServices;

                if (args[0] != "train")
                {
                    var name = Environment.GetEnvironmentVariable("CM_PROGRAM");
                    Console.WriteLine($"{name}: {string.Join('|', args)} <{Console.In.ReadToEnd()}>");
                    return 7;
                }
                using var stopped = new ManualResetEventSlim();
                void Stop(PosixSignalContext signal)
                {
                    signal.Cancel = true;
                    stopped.Set();
                }
                using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
                using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
                Console.WriteLine($"training in process {Environment.ProcessId}");
                stopped.Wait();
                Console.WriteLine("saved");
                return 5;
                """);
            Write("src/CM.Watch/CM.Watch.csproj", Project("DslCM.Watch"));
            Write("src/CM.Watch/Program.cs", "Undeclared.Start();");
            Write("tests/T/T.csproj", """
                <Project>
                  <Import Project="Sdk.props" Sdk="Microsoft.NET.Sdk" />
                  <Import Project="Sdk.targets" Sdk="Microsoft.NET.Sdk" />
                  <Target Name="VSTest">
                    <Message Importance="high" Text="the filter is $(VSTestTestCaseFilter)" />
                    <Exec Command="sh -c 'kill -INT $$; echo not interrupted'" IgnoreExitCode="true" StandardOutputImportance="high" />
                    <Message Importance="high" Condition="$(VSTestTestCaseFilter.EndsWith('Loss'))"
                             Text="Passed!  - Failed:     0, Passed:     3, Skipped:     1, Total:     4, Duration: 3 ms" />
                  </Target>
                </Project>
                """);
            Write("DslCM.sln", """
                Microsoft Visual Studio Solution File, Format Version 12.00
                Project("{FAE04EC0-301F-11D3-BF4B-00C04F79EFBC}") = "T", "tests\T\T.csproj", "{8B7E8BEB-AB0C-478C-BAC5-1B06A59A352B}"
                EndProject
                Global
                  GlobalSection(SolutionConfigurationPlatforms) = preSolution
                    Release|Any CPU = Release|Any CPU
                  EndGlobalSection
                  GlobalSection(ProjectConfigurationPlatforms) = postSolution
                    {8B7E8BEB-AB0C-478C-BAC5-1B06A59A352B}.Release|Any CPU.ActiveCfg = Release|Any CPU
                    {8B7E8BEB-AB0C-478C-BAC5-1B06A59A352B}.Release|Any CPU.Build.0 = Release|Any CPU
                  EndGlobalSection
                EndGlobal
                """);
        }

        private static string Project(string program) => $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <AssemblyName>{program}</AssemblyName>
                <ImplicitUsings>enable</ImplicitUsings>
              </PropertyGroup>
            </Project>
            """;
    }
}
