using System.Text.Json;

namespace CM.Cli.Tests;

/// <summary><c>train</c>: its output, and what it refuses.</summary>
public sealed class TrainCommandTests : CommandFixture
{
    [Fact]
    public void Train_prints_the_log_and_a_summary_as_json()
    {
        var lines = Good("train", "Tiny", "--steps", "5", "--seed", "8", "--out", Scratch["a"], "--json").Split('\n')
            .Select(line => JsonDocument.Parse(line).RootElement).ToList();
        lines[..^1].Where(line => line.TryGetProperty("loss", out _)).Select(line => line.GetProperty("step").GetInt32())
            .ShouldBe([1, 2, 3, 4, 5]);
        var summary = lines[^1];
        summary.GetProperty("run").GetString().ShouldBe(Scratch["a"]);
        summary.GetProperty("loss").GetDouble().ShouldBeGreaterThan(0);
        summary.GetProperty("seconds").GetDouble().ShouldBeGreaterThan(0);
        File.Exists(summary.GetProperty("checkpoint").GetString()).ShouldBeTrue();
        File.Exists(summary.GetProperty("picture").GetString()).ShouldBeTrue();
    }

    [Fact]
    public void The_last_line_is_the_command_that_resumes()
    {
        Environment.SetEnvironmentVariable("CM_PROGRAM", "./cm");
        try
        {
            var last = Good("train", "Tiny", "--steps", "5", "--out", Scratch["with space"]).Split('\n')[^1];
            last.ShouldBe($"./cm train Tiny --resume '{Scratch["with space"]}'");
        }
        finally
        {
            Environment.SetEnvironmentVariable("CM_PROGRAM", null);
        }
        Good("train", "Tiny", "--steps", "8", "--resume", Scratch["with space"]).ShouldContain("8 of 8 steps done");
    }

    [Fact]
    public void More_processes_than_one_are_refused_in_a_line()
    {
        Bad(2, "train", "Tiny", "--procs", "2").ShouldContain("--procs 2: this version trains in one process; leave --procs out.");
        Directory.EnumerateFileSystemEntries(Scratch.Path).ShouldBeEmpty();
    }

    [Fact]
    public void Cuda_without_cuda_is_said_clearly()
    {
        if (cuda.is_available())
            return;
        Bad(2, "train", "Tiny", "--device", "cuda").ShouldContain("no CUDA device");
        Bad(2, "train", "Tiny", "--device", "cuda:1").ShouldContain("no CUDA device");
    }

    [Fact]
    public void A_folder_that_holds_something_is_not_touched()
    {
        Good("train", "Tiny", "--steps", "2", "--out", Scratch["a"]);
        var before = Directory.EnumerateFiles(Scratch["a"], "*", SearchOption.AllDirectories).ToDictionary(file => file, File.ReadAllBytes);
        Bad(2, "train", "Tiny", "--steps", "2", "--out", Scratch["a"]).ShouldContain("holds a run of Tiny already");
        Directory.EnumerateFiles(Scratch["a"], "*", SearchOption.AllDirectories).ShouldBe(before.Keys, ignoreOrder: true);
        foreach (var (file, bytes) in before)
            File.ReadAllBytes(file).ShouldBe(bytes);

        Scratch.Write("b/letter.txt", [1]);
        Bad(2, "train", "Tiny", "--out", Scratch["b"]).ShouldContain("holds files already");
        Bad(2, "train", "Tiny", "--out", Scratch["b/letter.txt"]).ShouldContain("that is a file");
        Directory.CreateDirectory(Scratch["empty"]);
        Good("train", "Tiny", "--steps", "2", "--out", Scratch["empty"]);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_named() =>
        Bad(2, "train", "Tiny", "--out", "/proc/run").ShouldContain("/proc/run: the folder of the run cannot be made");

    [Fact]
    public void Resuming_refuses_what_does_not_fit()
    {
        Good("train", "Tiny", "--steps", "4", "--out", Scratch["a"]);
        Bad(2, "train", "Tiny", "--resume", Scratch["a"], "--batch", "5").ShouldContain("batches of 32");
        Bad(2, "train", "Tiny", "--resume", Scratch["a"], "--seed", "5").ShouldContain("seed 3");
        Bad(2, "train", "Tiny", "--resume", Scratch["a"], "--steps", "3").ShouldContain("4 steps already");

        var renamed = Tiny.With(Tiny.Plan with { Name = "Other" });
        Run(2, [renamed], "train", "Other", "--resume", Scratch["a"]).Errors.ShouldContain("a checkpoint of Tiny, not of Other");
        Run(2, [renamed], "sample", Scratch["a"]).Errors.ShouldContain("no experiment 'Tiny'");
        var changed = Tiny.With(Tiny.Plan with { Declaration = [] });
        Run(2, [changed], "train", "Tiny", "--resume", Scratch["a"]).Errors.ShouldContain("was Model: TinyDenoiser");
    }

    [Fact]
    public void Torn_and_foreign_checkpoints_are_refused()
    {
        Good("train", "Tiny", "--steps", "4", "--out", Scratch["a"]);
        var newest = Path.Combine(Scratch["a"], "checkpoints", "step-000004.safetensors");
        var bytes = File.ReadAllBytes(newest);
        File.WriteAllBytes(newest, bytes[..^10]);
        Bad(2, "train", "Tiny", "--resume", Scratch["a"]).ShouldContain($"{newest}: damaged safetensors header (the file is torn");
        bytes[^3] ^= 1;
        File.WriteAllBytes(newest, bytes);
        Bad(2, "sample", Scratch["a"]).ShouldContain("does not match its SHA-256");
        File.WriteAllText(newest, "hello");
        Bad(2, "sample", Scratch["a"]).ShouldContain("no safetensors file");
        File.Delete(newest);
        Good("train", "Tiny", "--steps", "4", "--resume", Scratch["a"]);
        Bad(2, "train", "Tiny", "--resume", Scratch.Path).ShouldContain("there is no checkpoint in it");
    }

    [Fact]
    public void Missing_and_wrong_data_are_found_before_a_folder_is_made()
    {
        Run(2, [Digits()], "train", "Digits", "--data", Scratch.Path, "--out", Scratch["a"]).Errors
            .ShouldContain("train-images-idx3-ubyte.gz is not in");
        Scratch.Write("data/train-images-idx3-ubyte", [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4]);
        Run(2, [Digits()], "train", "Digits", "--data", Scratch["data"], "--out", Scratch["a"]).Errors
            .ShouldContain("1 images of 2×2, but Mnist declares [1, 28, 28]");
        Directory.Exists(Scratch["a"]).ShouldBeFalse();
    }
}
