using System.Buffers.Binary;
using System.Diagnostics;

namespace EndToEnd;

/// <summary>Runs that are killed, or whose disk is full, lose nothing that was saved.</summary>
public sealed class FaultTests
{
    private const int Kills = 40;
    private const int Steps = 100; // a checkpoint every tenth

    [Fact]
    public void Forty_kills_at_random_moments_change_nothing()
    {
        using var folder = new TemporaryFolder();
        TrainingTests.WriteDigits(folder.Path, count: 64);
        Train(folder, "--out", folder["whole"]).WaitForExit();
        var wanted = Weights(folder["whole"]);

        var random = new Random(11);
        for (var (kills, run) = (0, 0); kills < Kills; run++)
        {
            var name = $"run{run}";
            while (true)
            {
                var begun = Directory.Exists(folder[$"{name}/checkpoints"]) && Directory.GetFiles(folder[$"{name}/checkpoints"], "*.safetensors").Length > 0;
                if (!begun && Directory.Exists(folder[name]))
                    Directory.Delete(folder[name], recursive: true); // killed before its first checkpoint
                using var process = begun ? Train(folder, "--resume", folder[name]) : Train(folder, "--out", folder[name]);
                if (kills < Kills && Kill(process, folder[name], random))
                {
                    kills++;
                    continue;
                }
                process.WaitForExit();
                process.ExitCode.ShouldBe(0, process.StandardError.ReadToEnd());
                break;
            }
            Weights(folder[name]).ShouldBe(wanted);
            Directory.GetFiles(folder[$"{name}/checkpoints"], "*.part").ShouldBeEmpty();
            var steps = File.ReadLines(folder[$"{name}/log.jsonl"]).Where(line => line.Contains("\"loss\"")).Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("step").GetInt32());
            steps.ShouldBe(Enumerable.Range(1, Steps));
        }
    }

    [TmpfsFact]
    public void A_full_disk_ends_the_run_with_the_last_checkpoint_whole()
    {
        using var folder = new TemporaryFolder();
        TrainingTests.WriteDigits(folder.Path, count: 64);
        Train(folder, "--out", folder["whole"]).WaitForExit();
        var size = Directory.GetFiles(folder["whole/checkpoints"]).Max(path => new FileInfo(path).Length);

        Directory.CreateDirectory(folder["disk"]);
        Shell("mount", "-t", "tmpfs", "-o", $"size={5 * size / 2}", "none", folder["disk"]);
        try
        {
            using var process = Train(folder, "--out", folder["disk/run"]);
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            process.ExitCode.ShouldBe(2, output.Result + errors);
            errors.ShouldContain("No space left on device");
            errors.ShouldContain(".safetensors is whole, go on from there with: ./cm train Digits --resume ");
            var kept = Directory.GetFiles(folder["disk/run/checkpoints"]).Order().ToList();
            kept.Select(Path.GetFileName).ShouldBe(["step-000000.safetensors", "step-000010.safetensors"]);

            Shell("mount", "-o", $"remount,size={6 * size}", folder["disk"]);
            using var resumed = Train(folder, "--resume", folder["disk/run"]);
            var rest = resumed.StandardError.ReadToEnd();
            resumed.WaitForExit();
            resumed.ExitCode.ShouldBe(0, rest);
            Weights(folder["disk/run"]).ShouldBe(Weights(folder["whole"]));
        }
        finally
        {
            Shell("umount", folder["disk"]);
        }
    }

    /// <summary>Kills a process that trains: at some moment of its start, after some step, or while it writes a checkpoint.</summary>
    /// <returns>Whether it was still alive.</returns>
    private static bool Kill(Process process, string run, Random random)
    {
        var before = LinesOf(run);
        var (steps, start) = (random.Next(25), random.Next(1200));
        switch (random.Next(4))
        {
            case 0:
                process.WaitForExit(start);
                break;
            case 1:
                Wait(() => Directory.Exists(Path.Combine(run, "checkpoints")) && Directory.GetFiles(Path.Combine(run, "checkpoints"), "*.part").Length > 0);
                break;
            default:
                Wait(() => LinesOf(run) > before + steps);
                Thread.Sleep(random.Next(5));
                break;
        }
        if (process.HasExited)
            return false;
        process.Kill();
        process.WaitForExit();
        return process.ExitCode != 0; // it may have come to its end just before

        void Wait(Func<bool> reached)
        {
            while (!process.HasExited && !reached())
                Thread.Yield();
        }
    }

    private static long LinesOf(string run)
    {
        try
        {
            return File.ReadLines(Path.Combine(run, "log.jsonl")).LongCount();
        }
        catch (IOException)
        {
            return 0; // not there yet
        }
    }

    private static Process Train(TemporaryFolder folder, params string[] more) => Samples.Start(folder.Path, new Dictionary<string, string?>(),
        ["train", "Digits", "--steps", $"{Steps}", "--batch", "2", "--threads", "1", "--device", "cpu", "--data", folder.Path, .. more]);

    private static byte[] Weights(string run)
    {
        var bytes = File.ReadAllBytes(Path.Combine(run, "checkpoints", $"step-{Steps:000000}.safetensors"));
        return bytes[(8 + (int)BinaryPrimitives.ReadInt64LittleEndian(bytes))..];
    }

    internal static void Shell(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, errors);
    }
}

/// <summary>A test that mounts a small disk in memory; skipped by name where that is not allowed.</summary>
public sealed class TmpfsFactAttribute : FactAttribute
{
    public TmpfsFactAttribute()
    {
        using var folder = new TemporaryFolder();
        try
        {
            FaultTests.Shell("mount", "-t", "tmpfs", "-o", "size=64k", "none", folder.Path);
            FaultTests.Shell("umount", folder.Path);
        }
        catch (Exception refused) when (refused is ShouldAssertException or System.ComponentModel.Win32Exception)
        {
            Skip = "mounting a disk in memory is not allowed here";
        }
    }
}
