using System.Diagnostics;
using System.Text.Json;

namespace EndToEnd;

/// <summary>An archive trains on a machine that has a libtorch and g++, but neither .NET nor cmake nor a network.</summary>
public sealed class PackTests
{
    private const long MostBytes = 60 << 20;

    private static readonly string Bench = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../../bench/Steps/bin/Release/net10.0/Steps.dll"));

    [Theory]
    [InlineData("bench", "error: --beside bench: write NAME=PROGRAM, such as bench=bench/Steps/bin/Release/net10.0/Steps.dll.")]
    [InlineData("bench=nowhere", "error: --beside bench=nowhere: there is no nowhere; build it first.")]
    public void What_cannot_be_taken_along_is_said(string beside, string message)
    {
        using var folder = new TemporaryFolder();
        var outcome = Samples.Run("pack", "Moons", "--beside", beside, "-o", folder["moons.tar.gz"]);
        (outcome.ExitCode, outcome.Errors.TrimEnd()).ShouldBe((2, message));
    }

    [Fact]
    public void An_archive_builds_its_native_part_and_trains_without_dotnet()
    {
        using var folder = new TemporaryFolder();
        Samples.Run("pack", "Moons", "--beside", $"bench={Bench}", "-o", folder["moons.tar.gz"]).ExitCode.ShouldBe(0);
        new FileInfo(folder["moons.tar.gz"]).Length.ShouldBeLessThan(MostBytes);
        FaultTests.Shell("tar", "xzf", folder["moons.tar.gz"], "-C", folder.Path);
        Directory.CreateDirectory(folder["bin"]);
        foreach (var tool in new[] { "/usr/bin", "/bin" }.SelectMany(Directory.EnumerateFiles).Where(tool => !Path.GetFileName(tool).StartsWith("dotnet", StringComparison.Ordinal) && Path.GetFileName(tool) != "cmake"))
            if (!Path.Exists(folder[$"bin/{Path.GetFileName(tool)}"]))
                File.CreateSymbolicLink(folder[$"bin/{Path.GetFileName(tool)}"], tool);

        var doctor = JsonDocument.Parse(There("doctor", "--json")).RootElement;
        doctor.GetProperty("checks").EnumerateArray().Where(check => !check.GetProperty("name").GetString()!.StartsWith("data ", StringComparison.Ordinal))
            .ShouldAllBe(check => check.GetProperty("ok").GetBoolean());
        JsonDocument.Parse(There("train", "Moons", "--dry-run", "--json")).RootElement.GetProperty("losses").EnumerateArray().ShouldAllBe(loss => loss.GetDouble() > 0);
        There("train", "Moons", "--steps", "2", "--procs", "2", "--out", folder["run"]).ShouldContain($"{folder["Moons/run.sh"]} train Moons --resume {folder["run"]}");
        File.Exists(folder["Moons/bench/peers/cuda.py"]).ShouldBeTrue();
        if (!Directory.Exists("/proc/driver/nvidia"))
            Ask("bench", "--device", "cuda").ShouldBe((2, "bench: no CUDA device that this libtorch can use (./cm doctor says why); ./cm pack NAME makes an archive for a machine that has one"));

        string There(params string[] arguments)
        {
            var (code, output) = Ask(arguments);
            code.ShouldBe(0, output);
            return output;
        }

        (int Code, string Text) Ask(params string[] arguments)
        {
            var start = new ProcessStartInfo(folder["Moons/run.sh"], arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder.Path };
            var torch = start.Environment.TryGetValue("CM_LIBTORCH", out var given) ? given : null;
            start.Environment.Clear();
            start.Environment["PATH"] = folder["bin"];
            start.Environment["HOME"] = folder.Path;
            start.Environment["CM_LIBTORCH"] = torch;
            using var process = Process.Start(start)!;
            var outcome = Samples.Wait(process);
            return (outcome.ExitCode, outcome.ExitCode == 0 ? outcome.Output : outcome.Errors.TrimEnd());
        }
    }

    [Fact]
    public void Packing_twice_gives_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "one", "two" })
            Samples.Run("pack", "Moons", "-o", folder[name]).ExitCode.ShouldBe(0);
        File.ReadAllBytes(folder["one"]).ShouldBe(File.ReadAllBytes(folder["two"]));
    }
}
