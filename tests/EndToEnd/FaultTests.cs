using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace EndToEnd;

/// <summary>Runs that are killed, or whose disk is full, lose nothing that was saved.</summary>
public sealed class FaultTests
{
    private const int Kills = 40;
    private const int Steps = 100; // a checkpoint every tenth
    private const long Addresses = 6L << 30;

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

    [TmpfsFact]
    public void A_folder_that_became_read_only_ends_the_run_with_the_last_checkpoint_whole()
    {
        using var folder = new TemporaryFolder();
        TrainingTests.WriteDigits(folder.Path, count: 64);
        Train(folder, "--out", folder["whole"]).WaitForExit();

        Directory.CreateDirectory(folder["disk"]);
        Shell("mount", "-t", "tmpfs", "-o", "size=256m", "none", folder["disk"]);
        try
        {
            using (var killed = Train(folder, "--out", folder["disk/run"]))
            {
                while (!killed.HasExited && LinesOf(folder["disk/run"]) < 25)
                    Thread.Sleep(5);
                killed.Kill();
                killed.WaitForExit();
            }
            Shell("mount", "-o", "remount,ro", folder["disk"]);
            using (var refused = Train(folder, "--resume", folder["disk/run"]))
            {
                var errors = refused.StandardError.ReadToEnd();
                refused.WaitForExit();
                refused.ExitCode.ShouldBe(2, errors);
                errors.ShouldContain("Read-only file system");
                errors.ShouldContain(".safetensors is whole, go on from there with: ./cm train Digits --resume ");
            }
            Shell("mount", "-o", "remount,rw", folder["disk"]);
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

    [Fact]
    public void A_layer_that_overflows_is_named_with_step_and_times()
    {
        using var folder = new TemporaryFolder();
        string[] train = ["train", "Moons", "--steps", "1", "--threads", "1", "--device", "cpu", "--out"];
        Samples.Run([.. train, folder["first"]]).ExitCode.ShouldBe(0);
        Samples.Run("export", folder["first"], folder["weights.safetensors"]).ExitCode.ShouldBe(0);
        var bytes = File.ReadAllBytes(folder["weights.safetensors"]);
        var header = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        var place = JsonDocument.Parse(bytes.AsMemory(8, header - 8)).RootElement.GetProperty("Body.1.Linear1.weight").GetProperty("data_offsets").EnumerateArray().Select(each => each.GetInt32()).ToList();
        MemoryMarshal.Cast<byte, float>(bytes.AsSpan(header + place[0], place[1] - place[0])).Fill(3e38f);
        File.WriteAllBytes(folder["weights.safetensors"], bytes);

        var outcome = Samples.Run([.. train, folder["second"], "--weights", folder["weights.safetensors"]]);
        outcome.ExitCode.ShouldBe(3, outcome.Output + outcome.Errors);
        outcome.Errors.ShouldMatch(@"^error: step 0: the loss is (NaN|Infinity): \d+ samples of 256 went bad, at times 0\.00\d+ to [\d.]+; the first layer whose result is not finite is Body\.1\.Linear1, \[\d+, 128\]; the last good checkpoint is .*step-000000\.safetensors");
    }

    /// <summary>
    /// The limit of addresses stands for a small machine: a real request of libtorch fails, and the batch that the message names fits.
    /// </summary>
    [Fact]
    public void A_batch_that_is_too_large_is_told_with_one_that_fits()
    {
        using var folder = new TemporaryFolder();
        TrainingTests.WriteDigits(folder.Path, count: 64);
        var (code, errors) = TrainLimited(folder, "too-large", batch: 2_400);
        code.ShouldBe(2, errors);
        var told = Regex.Match(errors, @"^error: step 0: out of memory on cpu: [\d.]+ GB more were asked for, [\d.]+ GB were free; a batch of ([\d,]+) should fit \(--batch (\d+)\): an example keeps 1\.74 MB, weights with gradients, moments and averages take 0\.01 GB\.\n$");
        told.Success.ShouldBeTrue(errors);
        var batch = int.Parse(told.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
        batch.ShouldBeGreaterThan(10);
        (code, errors) = TrainLimited(folder, "fitting", batch);
        code.ShouldBe(0, errors);
    }

    private static (int Code, string Errors) TrainLimited(TemporaryFolder folder, string name, int batch)
    {
        var arguments = new[] { "train", "Digits", "--steps", "1", "--batch", $"{batch}", "--threads", "1", "--device", "cpu", "--data", folder.Path, "--out", folder[name] };
        var start = new ProcessStartInfo("bash", ["-c", "ulimit -v $0; exec dotnet \"$@\"", $"{Addresses >> 10}", Path.Combine(AppContext.BaseDirectory, "DslCM.Samples.dll"), .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["DOTNET_GCHeapHardLimit"] = "10000000"; // hexadecimal; without a limit the collector reserves more addresses than there are
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, errors);
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
