using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace EndToEnd;

public sealed partial class TrainingTests
{
    [Fact]
    public void Moons_learns_and_says_where_everything_is()
    {
        using var folder = new TemporaryFolder();
        var run = folder["run"];
        var outcome = Samples.Run("train", "Moons", "--steps", "4000", "--threads", "1", "--out", run);
        outcome.ExitCode.ShouldBe(0, outcome.Errors);
        outcome.Output.TrimEnd().Split('\n')[^1].ShouldBe($"./cm train Moons --resume {run}");

        var distance = Distances().Match(outcome.Output);
        double.Parse(distance.Groups[2].Value).ShouldBeLessThan(0.5 * double.Parse(distance.Groups[1].Value), outcome.Output);
        File.Exists(Path.Combine(run, "run.json")).ShouldBeTrue();
        foreach (var line in File.ReadLines(Path.Combine(run, "log.jsonl")))
            JsonDocument.Parse(line).RootElement.GetProperty("step").GetInt32().ShouldBeLessThanOrEqualTo(4000);
        Directory.GetFiles(Path.Combine(run, "samples"), "*.png").ShouldNotBeEmpty();

        File.ReadAllText(Path.Combine(run, "source", "Experiments.cs.txt")).ShouldContain("public partial record Moons;");
        File.ReadAllText(Path.Combine(run, "source", "Networks.cs.txt")).ShouldContain("record MoonsDenoiser");
        Directory.GetFiles(Path.Combine(run, "source", "generated")).Select(Path.GetFileName).Order().ShouldBe(["Moons.EctSchedule.g.cs.txt", "Moons.Moons.g.cs.txt", "Moons.MoonsDenoiser.g.cs.txt", "Moons.Residual.g.cs.txt"]);
        File.ReadAllText(Path.Combine(run, "source", "generated", "Moons.Moons.g.cs.txt")).ShouldContain("public override Tensor Losses(");

        var drawn = Samples.Run("sample", run, "--out", folder["drawn.png"]);
        drawn.ExitCode.ShouldBe(0, drawn.Errors);
        File.ReadAllBytes(folder["drawn.png"])[..8].ShouldBe([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
    }

    [Fact]
    public void Two_runs_with_one_seed_and_a_resumed_run_have_the_same_weights()
    {
        using var folder = new TemporaryFolder();
        Train(folder["whole"], "--steps", "120");
        Train(folder["again"], "--steps", "120");
        Weights(folder["again"], 120).ShouldBe(Weights(folder["whole"], 120));
        Train(folder["other"], "--steps", "120", "--seed", "2");
        Weights(folder["other"], 120).ShouldNotBe(Weights(folder["whole"], 120));

        // Stopped by Ctrl-C somewhere in the middle, and resumed.
        Interrupt(folder.Path, () => File.Exists(folder["stopped/log.jsonl"]) && new FileInfo(folder["stopped/log.jsonl"]).Length > 0,
            "train", "Moons", "--steps", "4000", "--threads", "1", "--out", folder["stopped"]);

        var step = Directory.GetFiles(folder["stopped/checkpoints"]).Max(path => int.Parse(Digits().Match(Path.GetFileName(path)).Value));
        step.ShouldBeInRange(1, 3999);
        Samples.Run("train", "Moons", "--resume", folder["stopped"], "--threads", "1").ExitCode.ShouldBe(0);
        Samples.Run("train", "Moons", "--steps", "4000", "--threads", "1", "--out", folder["straight"]).ExitCode.ShouldBe(0);
        Weights(folder["stopped"], 4000).ShouldBe(Weights(folder["straight"], 4000));
    }

    [Fact]
    public void A_second_stage_finds_the_first_and_resumes_without_it()
    {
        using var folder = new TemporaryFolder();
        Outcome(2, "train", "MoonsTruncated").Errors.ShouldContain("A finished run of MoonsFirstStage is needed for its weights, and there is none in runs/; train it first (./cm train MoonsFirstStage)");
        Outcome(0, "train", "MoonsFirstStage", "--steps", "60", "--threads", "1");
        var first = Directory.GetDirectories(folder["runs"]).ShouldHaveSingleItem();
        Outcome(0, "train", "Moons", "--steps", "4", "--out", "other");
        Outcome(2, "train", "MoonsTruncated", "--from", "other").Errors.ShouldContain("--from other: a run of Moons, but MoonsTruncated takes weights of MoonsFirstStage.");
        Outcome(2, "train", "Moons", "--from", "other").Errors.ShouldContain("--from other: Moons takes no weights of another run");
        Outcome(2, "train", "MoonsTruncated", "--steps", "60").Errors.ShouldContain("counts on from the 60 steps of MoonsFirstStage and would end at step 60");
        Outcome(0, "train", "MoonsTruncated", "--steps", "120", "--threads", "1", "--out", "second").Output.ShouldContain($"weights of {Path.Combine("runs", Path.GetFileName(first))} after step 60");

        // Set back to an earlier checkpoint, with the first stage gone, it comes to the same end.
        var whole = Weights(folder["second"], 120);
        Directory.Delete(first, recursive: true);
        File.Delete(folder["second/checkpoints/step-000120.safetensors"]);
        File.Delete(folder["second/checkpoints/step-000108.safetensors"]);
        Outcome(0, "train", "MoonsTruncated", "--resume", "second", "--threads", "1");
        Weights(folder["second"], 120).ShouldBe(whole);

        Samples.Outcome Outcome(int code, params string[] arguments)
        {
            var outcome = Samples.Run(folder.Path, new Dictionary<string, string?>(), arguments);
            outcome.ExitCode.ShouldBe(code, outcome.Output + outcome.Errors);
            return outcome;
        }
    }

    [Fact]
    public void Digits_trains_on_idx_files()
    {
        using var folder = new TemporaryFolder();
        WriteDigits(folder.Path, count: 96);
        var outcome = Samples.Run("train", "Digits", "--steps", "4", "--batch", "16", "--data", folder.Path, "--out", folder["run"]);
        outcome.ExitCode.ShouldBe(0, outcome.Errors);
        Directory.GetFiles(folder["run/samples"], "*.png").ShouldNotBeEmpty();

        Samples.Run("train", "DigitsByClass", "--steps", "2", "--batch", "8", "--data", folder.Path, "--out", folder["classes"]).ExitCode.ShouldBe(0);
        Samples.Run("sample", folder["classes"], "--classes", "3,7").Output.ShouldContain("16 samples of DigitsByClass after 2 steps, classes 3, 7");
        Samples.Run("sample", folder["run"], "--class", "3").Errors.ShouldContain("Digits takes no labels");

        var improved = Samples.Run("train", "DigitsImproved", "--steps", "8", "--batch", "16", "--data", folder.Path, "--out", folder["improved"], "--json");
        improved.ExitCode.ShouldBe(0, improved.Errors);
        foreach (var line in improved.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            JsonDocument.Parse(line);
    }

    [Fact]
    public void SmallDigits_trains_and_is_judged_without_any_files()
    {
        using var folder = new TemporaryFolder();
        Run("train-features", "SmallDigitsClassifier", "--threads", "1").ShouldMatch(@"9\d\.\d % of OpticalDigitsTest told right");
        Run("train", "SmallDigits", "--steps", "4", "--threads", "1", "--out", "run");
        Run("evaluate", "run", "--samples", "100").ShouldContain("100 samples");
        Directory.GetFiles(folder["run/samples"], "*.png").ShouldNotBeEmpty();

        string Run(params string[] arguments)
        {
            var outcome = Samples.Run(folder.Path, new Dictionary<string, string?> { ["DSLCM_DATA"] = null }, arguments);
            outcome.ExitCode.ShouldBe(0, outcome.Output + outcome.Errors);
            return outcome.Output;
        }
    }

    [Fact]
    public void An_interrupted_demo_leaves_the_digits_alone()
    {
        using var folder = new TemporaryFolder();
        Interrupt(folder.Path, () => Directory.Exists(folder["runs"]) && Directory.GetFiles(folder["runs"], "log.jsonl", SearchOption.AllDirectories).Length > 0, "demo");
        Path.GetFileName(Directory.GetDirectories(folder["runs"]).ShouldHaveSingleItem()).ShouldStartWith("Moons-");
    }

    /// <summary>Presses Ctrl-C some time after a training of moons has begun.</summary>
    private static void Interrupt(string folder, Func<bool> hasBegun, params string[] arguments)
    {
        using var process = Samples.Start(folder, new Dictionary<string, string?>(), arguments);
        while (!hasBegun() && !process.HasExited)
            Thread.Sleep(20);
        Thread.Sleep(300);
        kill(process.Id, 2).ShouldBe(0);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, output);
        output.TrimEnd().Split('\n')[^1].ShouldStartWith("./cm train Moons --resume ");
    }

    /// <summary>Grey images in the format of MNIST: bright squares at different places.</summary>
    internal static void WriteDigits(string folder, int count, int side = 28)
    {
        var bytes = new byte[16 + count * side * side];
        BinaryPrimitives.WriteInt32BigEndian(bytes, 0x803);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4), count);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(8), side);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(12), side);
        for (var i = 0; i < count; i++)
        {
            for (var pixel = 0; pixel < 64; pixel++)
                bytes[16 + i * side * side + (i % (side - 8) + pixel / 8) * side + i % (side - 8) + pixel % 8] = 255;
        }

        using var images = new GZipStream(File.Create(Path.Combine(folder, "train-images-idx3-ubyte.gz")), CompressionLevel.Fastest);
        images.Write(bytes);
        using var labels = new GZipStream(File.Create(Path.Combine(folder, "train-labels-idx1-ubyte.gz")), CompressionLevel.Fastest);
        labels.Write([0, 0, 8, 1, 0, 0, (byte)(count >> 8), (byte)count, .. new byte[count]]);
    }

    private static void Train(string run, params string[] options)
    {
        var outcome = Samples.Run(["train", "Moons", "--threads", "1", "--out", run, .. options]);
        outcome.ExitCode.ShouldBe(0, outcome.Errors);
    }

    // Everything after the header, which holds the date: weights, moments, averages.
    private static byte[] Weights(string run, int step)
    {
        var bytes = File.ReadAllBytes(Path.Combine(run, "checkpoints", $"step-{step:000000}.safetensors"));
        return bytes[(8 + (int)BinaryPrimitives.ReadInt64LittleEndian(bytes))..];
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int process, int signal);

    [GeneratedRegex(@"sliced Wasserstein distance to the data: ([\d.]+) before, ([\d.]+) now")]
    private static partial Regex Distances();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();
}
