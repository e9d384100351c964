using System.Buffers.Binary;
using System.Diagnostics;
using System.Text.Json;

namespace EndToEnd;

/// <summary>Several processes on this machine train as one does, and end together.</summary>
public sealed class ProcessTests
{
    private const int Steps = 50;

    private const int Kills = 40;

    [Theory]
    [InlineData("Moons")]
    [InlineData("MoonsVariational")]
    [InlineData("MoonsGenerated")]
    [InlineData("MoonsTransported")]
    public void Two_processes_give_the_curve_of_one(string experiment)
    {
        using var folder = new TemporaryFolder();
        Succeed(folder, "train", experiment, "--steps", $"{Steps}", "--batch", "64", "--threads", "1", "--out", folder["one"]);
        Succeed(folder, "train", experiment, "--steps", $"{Steps}", "--batch", "64", "--procs", "2", "--out", folder["two"]);
        ShouldBeAlike(folder["two"], folder["one"]);
    }

    [TorchrunFact]
    public void Processes_of_torchrun_find_each_other()
    {
        using var folder = new TemporaryFolder();
        string[] train = ["train", "Moons", "--steps", $"{Steps}", "--batch", "64"];
        Succeed(folder, [.. train, "--threads", "1", "--out", folder["one"]]);
        // Debian's 1.13 cannot read its own defaults of --redirects and --tee under Python 3.11; what is said of a rank that there is not leaves the others as they are.
        using var torchrun = Samples.Start(TorchrunFactAttribute.Python, folder.Path, new Dictionary<string, string?>(),
            ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2", "--redirects", "9:1", "--tee", "9:1", "--no_python", "dotnet", Samples.Program, .. train, "--device", "cpu", "--out", folder["two"]]);
        var outcome = Samples.Wait(torchrun);
        outcome.ExitCode.ShouldBe(0, outcome.Output + outcome.Errors);
        outcome.Output.ShouldContain(", 2 processes with 32 of a batch each");
        ShouldBeAlike(folder["two"], folder["one"]);
    }

    [Fact]
    public void Two_processes_with_micro_batches_give_the_curve_of_one_in_the_second_stage_of_tcm()
    {
        using var folder = new TemporaryFolder();
        Succeed(folder, "train", "MoonsFirstStage", "--steps", "2", "--out", folder["first"]);
        string[] both = ["train", "MoonsTruncated", "--steps", $"{Steps + 2}", "--batch", "64", "--from", folder["first"]];
        Succeed(folder, [.. both, "--threads", "1", "--out", folder["one"]]);
        Succeed(folder, [.. both, "--procs", "2", "--micro-batch", "12", "--out", folder["two"]]);
        ShouldBeAlike(folder["two"], folder["one"]);
    }

    [Fact]
    public void A_run_goes_on_with_another_number_of_processes()
    {
        using var folder = new TemporaryFolder();
        Succeed(folder, "train", "Moons", "--steps", $"{Steps}", "--batch", "64", "--threads", "1", "--out", folder["one"]);
        Succeed(folder, "train", "Moons", "--steps", $"{Steps}", "--batch", "64", "--procs", "2", "--out", folder["two"]);
        foreach (var checkpoint in Directory.GetFiles(folder["two/checkpoints"]).Order().Skip(2))
            File.Delete(checkpoint);
        Succeed(folder, "train", "Moons", "--threads", "1", "--resume", folder["two"]);
        ShouldBeAlike(folder["two"], folder["one"]);
    }

    [Fact]
    public void SIGTERM_ends_all_with_a_checkpoint_and_the_command_that_goes_on()
    {
        using var folder = new TemporaryFolder();
        using var launcher = Start(folder, "train", "Moons", "--steps", "20000", "--batch", "8", "--procs", "2", "--out", folder["run"]);
        WaitForSteps(launcher, folder["run"]);
        FaultTests.Shell("kill", "-TERM", $"{launcher.Id}");
        var outcome = Samples.Wait(launcher);
        outcome.ExitCode.ShouldBe(0, outcome.Errors);
        outcome.Output.ShouldContain($"./cm train Moons --resume {folder["run"]} --procs 2");
        var checkpoint = Directory.GetFiles(folder["run/checkpoints"]).Order().Last();
        var logged = File.ReadLines(folder["run/log.jsonl"]).Select(line => JsonDocument.Parse(line).RootElement).Last(line => line.TryGetProperty("loss", out _));
        Path.GetFileNameWithoutExtension(checkpoint).ShouldBe($"step-{logged.GetProperty("step").GetInt32():D6}", "nothing was done after it");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_lost_process_ends_all_with_one_line_each(int lost)
    {
        using var folder = new TemporaryFolder();
        using var launcher = Start(folder, "train", "Moons", "--steps", "20000", "--batch", "8", "--procs", "2", "--timeout", "20", "--out", folder["run"]);
        WaitForSteps(launcher, folder["run"]);
        Process.GetProcessById(Child(launcher, lost)).Kill();
        var outcome = Samples.Wait(launcher);
        outcome.ExitCode.ShouldBe(2, outcome.Errors);
        var errors = outcome.Errors.TrimEnd().Split('\n');
        errors.Length.ShouldBe(2, outcome.Errors);
        errors.ShouldContain($"error: rank {lost} of 2: was ended by signal 9");
        var other = errors.Single(line => line.StartsWith($"error: rank {1 - lost} of 2: another process is gone", StringComparison.Ordinal));
        other.ShouldEndWith($"is whole, go on from there with: ./cm train Moons --resume {folder["run"]} --procs 2");
    }

    [Fact]
    public void Forty_kills_of_two_processes_at_random_moments_change_nothing()
    {
        using var folder = new TemporaryFolder();
        string[] both = ["train", "Moons", "--steps", $"{Steps}", "--batch", "8", "--procs", "2"];
        Succeed(folder, [.. both, "--out", folder["whole"]]);

        var random = new Random(5);
        for (var (kills, run) = (0, 0); kills < Kills; run++)
        {
            var name = $"run{run}";
            while (true)
            {
                var begun = Directory.Exists(folder[$"{name}/checkpoints"]) && Directory.GetFiles(folder[$"{name}/checkpoints"], "*.safetensors").Length > 0;
                if (!begun && Directory.Exists(folder[name]))
                    Directory.Delete(folder[name], recursive: true); // killed before its first checkpoint
                using var launcher = Start(folder, [.. both, .. begun ? ["--resume", folder[name]] : (string[])["--out", folder[name]]]);
                if (kills < Kills && Kill(launcher, random))
                {
                    kills++;
                    continue;
                }
                var outcome = Samples.Wait(launcher);
                outcome.ExitCode.ShouldBe(0, outcome.Errors);
                break;
            }
            Weights(folder[name]).ShouldBe(Weights(folder["whole"]));
            Directory.GetFiles(folder[$"{name}/checkpoints"], "*.part").ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData("--batch 7", "train", "Moons", "--procs", "2", "--batch", "7")]
    [InlineData("--procs 0", "train", "Moons", "--procs", "0")]
    [InlineData("--micro-batch 0", "train", "Moons", "--micro-batch", "0")]
    public void Mistakes_get_a_line_a_process(string named, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var outcome = Samples.Run(folder.Path, new Dictionary<string, string?>(), arguments);
        outcome.ExitCode.ShouldBe(2, outcome.Output + outcome.Errors);
        outcome.Errors.TrimEnd().Split('\n').ShouldAllBe(line => line.StartsWith("error: ", StringComparison.Ordinal) && line.Contains(named));
        Directory.EnumerateFileSystemEntries(folder.Path).ShouldBeEmpty("nothing is left behind");
    }

    /// <summary>Kills the launcher or one of the processes: while they start, or at some moment of the run, and waits until all are gone.</summary>
    /// <returns>Whether it was still alive.</returns>
    private static bool Kill(Process launcher, Random random)
    {
        var (victim, pause) = (random.Next(3), random.Next(200, 2200));
        if (launcher.WaitForExit(pause))
            return false;
        var children = Children(launcher).ToList();
        var chosen = victim < children.Count ? children[victim] : launcher.Id;
        try
        {
            using var process = Process.GetProcessById(chosen);
            process.Kill();
        }
        catch (Exception ended) when (ended is ArgumentException or InvalidOperationException)
        {
            // It came to its end just before.
        }
        launcher.WaitForExit();
        SpinWait.SpinUntil(() => !children.Exists(child => Directory.Exists($"/proc/{child}")), TimeSpan.FromSeconds(30)).ShouldBeTrue("a process outlives its launcher");
        return launcher.ExitCode != 0;
    }

    private static int Child(Process launcher, int rank) => Children(launcher).Single(child => File.ReadAllText($"/proc/{child}/environ").Split('\0').Contains($"RANK={rank}"));

    private static IEnumerable<int> Children(Process launcher)
    {
        try
        {
            return [.. Directory.EnumerateDirectories($"/proc/{launcher.Id}/task")
                .SelectMany(thread => File.ReadAllText(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(int.Parse)];
        }
        catch (IOException)
        {
            return []; // it has just ended
        }
    }

    private static void WaitForSteps(Process launcher, string run) =>
        SpinWait.SpinUntil(() => launcher.HasExited || (File.Exists(Path.Combine(run, "log.jsonl")) && File.ReadAllText(Path.Combine(run, "log.jsonl")).Contains("\"loss\"")), TimeSpan.FromSeconds(60)).ShouldBeTrue();

    private static void Succeed(TemporaryFolder folder, params string[] arguments)
    {
        var outcome = Samples.Run(folder.Path, new Dictionary<string, string?>(), [.. arguments, "--device", "cpu"]);
        outcome.ExitCode.ShouldBe(0, outcome.Output + outcome.Errors);
    }

    private static Process Start(TemporaryFolder folder, params string[] arguments) =>
        Samples.Start(folder.Path, new Dictionary<string, string?>(), [.. arguments, "--device", "cpu"]);

    private static void ShouldBeAlike(string actual, string expected)
    {
        var (curve, wanted) = (Losses(actual), Losses(expected));
        curve.Length.ShouldBe(Steps);
        for (var step = 0; step < Steps; step++)
            curve[step].ShouldBe(wanted[step], 1e-5 * wanted[step], $"step {step}");
        Logged(actual, "samples_by_time").ShouldBe(Logged(expected, "samples_by_time"));
        foreach (var (loss, of) in Logged(actual, "loss_by_time").Zip(Logged(expected, "loss_by_time")))
            loss.ShouldBe(of, 1e-4 * of + 2e-5, "mean loss of some times, in one step");
    }

    private static double[] Logged(string run, string name) =>
        [.. File.ReadLines(Path.Combine(run, "log.jsonl")).Select(line => JsonDocument.Parse(line).RootElement).Where(line => line.TryGetProperty(name, out _))
            .SelectMany(line => line.GetProperty(name).EnumerateArray()).Select(each => each.ValueKind == JsonValueKind.Number ? each.GetDouble() : 0)];

    private static double[] Losses(string run) =>
        [.. File.ReadLines(Path.Combine(run, "log.jsonl")).Select(line => JsonDocument.Parse(line).RootElement).Where(line => line.TryGetProperty("loss", out _)).Select(line => line.GetProperty("loss").GetDouble())];

    private static byte[] Weights(string run)
    {
        var bytes = File.ReadAllBytes(Path.Combine(run, "checkpoints", $"step-{Steps:000000}.safetensors"));
        return bytes[(8 + (int)BinaryPrimitives.ReadInt64LittleEndian(bytes))..];
    }
}

/// <summary>A test that needs PyTorch's launcher; skipped by name where there is none.</summary>
public sealed class TorchrunFactAttribute : FactAttribute
{
    public const string Python = "/usr/bin/python3";

    public TorchrunFactAttribute()
    {
        if (!Directory.Exists("/usr/lib/python3/dist-packages/torch/distributed"))
            Skip = $"{Python} has no torch.distributed; apt-get install python3-torch";
    }
}
