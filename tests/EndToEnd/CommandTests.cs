using System.Text.Json;

namespace EndToEnd;

/// <summary>Mistakes get one clear line and exit code 2; lists and descriptions have their form.</summary>
public sealed class CommandTests
{
    [Fact]
    public void List_and_describe_have_their_form()
    {
        var list = JsonDocument.Parse(Samples.Run("list", "--json").Output).RootElement;
        new[] { "Digits", "DigitsImproved", "SmallDigits", "Moons", "MoonsVariational", "Cifar10EcmVc" }.ShouldBeSubsetOf(list.GetProperty("experiments").EnumerateArray().Select(each => each.GetProperty("name").GetString()!));
        new[] { "DigitsDenoiser", "MoonsDenoiser", "Cifar10Denoiser" }.ShouldBeSubsetOf(list.GetProperty("networks").EnumerateArray().Select(each => each.GetProperty("name").GetString()!));

        var network = JsonDocument.Parse(Samples.Run("describe", "MoonsDenoiser", "--json").Output).RootElement;
        network.GetProperty("name").GetString().ShouldBe("MoonsDenoiser");
        network.GetProperty("kind").GetString().ShouldBe("network");
        network.GetProperty("parameters").GetInt64().ShouldBe(64 * 128 + 128 + 2 * 128 + 128 + 3 * (128 * 128 + 128) + 128 * 2 + 2);
        var level = network.GetProperty("layers").EnumerateArray().Single(layer => layer.GetProperty("name").GetString() == "Level");
        (level.GetProperty("input").GetString(), level.GetProperty("output").GetString()).ShouldBe(("[B, 64]", "[B, 128]"));
        network.GetProperty("multiplyAdds").GetInt64().ShouldBe(64 * 128 + 2 * 128 + 3 * 128 * 128 + 128 * 2);
        network.GetProperty("activationBytes").GetInt64().ShouldBeGreaterThan(0);
        var linear = network.GetProperty("layers").EnumerateArray().Single(layer => layer.GetProperty("name").GetString() == "Body").GetProperty("layers").EnumerateArray().Single(layer => layer.GetProperty("name").GetString() == "Linear1");
        (linear.GetProperty("kind").GetString(), linear.GetProperty("input").GetString(), linear.GetProperty("parameters").GetInt64()).ShouldBe(("Linear 128→128", "[B, 128]", 128 * 128 + 128));
        JsonDocument.Parse(Samples.Run("describe", "Moons", "--json").Output).RootElement.GetProperty("kind").GetString().ShouldBe("experiment");
    }

    [Fact]
    public void Every_command_of_the_program_is_in_the_usage_of_cm()
    {
        var cm = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../../cm"));
        using var process = Samples.Start("bash", Path.GetTempPath(), new Dictionary<string, string?>(), [cm, "--help"]);
        var usage = Names(Samples.Wait(process).Output);
        var commands = Names(Samples.Run("--help").Output.Split("Commands:")[1]);
        commands.ShouldContain("train");
        commands.ShouldBeSubsetOf(usage);

        static string[] Names(string help) => [.. help.Split('\n').Where(line => line.StartsWith("  ", StringComparison.Ordinal)).Select(line => line.Trim().Split(' ')[0])];
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("train", "--help")]
    [InlineData("list", "--help")]
    [InlineData("describe", "--help")]
    [InlineData("sample", "--help")]
    [InlineData("doctor", "--help")]
    [InlineData("pack", "--help")]
    [InlineData("demo", "--help")]
    [InlineData("doctor")]
    public void Help_is_everywhere(params string[] arguments) => Samples.Run(arguments).ExitCode.ShouldBe(0);

    [Theory]
    [InlineData("Moons", "train", "Mons")]
    [InlineData("MoonsDenoiser", "describe", "MoonDenoiser")]
    [InlineData("CUDA", "train", "Moons", "--steps", "1", "--device", "cuda")]
    [InlineData("steps", "train", "Moons", "--steps", "0")]
    [InlineData("batch", "train", "Moons", "--batch", "-3")]
    [InlineData("nowhere", "train", "Moons", "--resume", "/nowhere")]
    [InlineData("nowhere", "sample", "/nowhere")]
    [InlineData("nowhere", "train", "Digits", "--data", "/nowhere")]
    [InlineData("/proc/run", "train", "Moons", "--steps", "1", "--out", "/proc/run")]
    public void A_mistake_gets_one_line_that_names_it(string named, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var outcome = Samples.Run(folder.Path, new Dictionary<string, string?> { ["DSLCM_DATA"] = null }, arguments);
        outcome.ExitCode.ShouldBe(2, outcome.Output + outcome.Errors);
        outcome.Errors.ShouldContain(named);
        outcome.Errors.TrimEnd().Split('\n').Length.ShouldBeLessThanOrEqualTo(2, outcome.Errors);
        outcome.Errors.ShouldNotContain("   at ");
        Directory.EnumerateFileSystemEntries(folder.Path).ShouldBeEmpty("nothing is left behind");
    }

    [Theory]
    [InlineData("Digits")]
    [InlineData("MoonsTruncated")]
    public void A_dry_run_needs_no_data_and_leaves_nothing(string experiment)
    {
        using var folder = new TemporaryFolder();
        var outcome = Samples.Run(folder.Path, new Dictionary<string, string?> { ["DSLCM_DATA"] = null }, "train", experiment, "--dry-run", "--json");
        outcome.ExitCode.ShouldBe(0, outcome.Errors);
        var found = JsonDocument.Parse(outcome.Output).RootElement;
        found.GetProperty("batch").GetInt32().ShouldBe(2);
        found.GetProperty("losses").EnumerateArray().Select(each => each.GetDouble()).ShouldAllBe(loss => loss > 0);
        Directory.EnumerateFileSystemEntries(folder.Path).ShouldBeEmpty();
    }

    [Fact]
    public void Another_experiments_folder_is_left_alone()
    {
        using var folder = new TemporaryFolder();
        Samples.Run("train", "Moons", "--steps", "2", "--out", folder["run"]).ExitCode.ShouldBe(0);
        var before = Contents(folder["run"]);
        TrainingTests.WriteDigits(folder.Path, 32);
        foreach (var arguments in new[] { new[] { "train", "Digits", "--steps", "1", "--data", folder.Path, "--out", folder["run"] }, ["train", "Digits", "--data", folder.Path, "--resume", folder["run"]] })
        {
            var outcome = Samples.Run(arguments);
            outcome.ExitCode.ShouldBe(2, outcome.Output);
            outcome.Errors.ShouldContain(folder["run"]);
        }

        Contents(folder["run"]).ShouldBe(before);
    }

    [Fact]
    public void Data_that_is_not_what_was_declared_is_refused()
    {
        using var folder = new TemporaryFolder();
        TrainingTests.WriteDigits(folder.Path, 32, side: 20);
        Refused("20").ShouldContain("28");

        var whole = File.ReadAllBytes(folder["train-images-idx3-ubyte.gz"]);
        File.WriteAllBytes(folder["train-images-idx3-ubyte.gz"], whole[..(whole.Length / 2)]);
        Refused("train-images-idx3-ubyte.gz");
        File.WriteAllText(folder["train-images-idx3-ubyte.gz"], "no gzip at all");
        Refused("train-images-idx3-ubyte.gz");

        string Refused(string named)
        {
            var outcome = Samples.Run("train", "Digits", "--steps", "1", "--data", folder.Path, "--out", folder["run"]);
            outcome.ExitCode.ShouldBe(2, outcome.Output + outcome.Errors);
            outcome.Errors.ShouldContain(named);
            Directory.Exists(folder["run"]).ShouldBeFalse();
            return outcome.Errors;
        }
    }

    [Fact]
    public void A_torn_checkpoint_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        Samples.Run("train", "Moons", "--steps", "2", "--out", folder["run"]).ExitCode.ShouldBe(0);
        var checkpoint = Directory.GetFiles(folder["run/checkpoints"]).Order().Last();
        var whole = File.ReadAllBytes(checkpoint);
        foreach (var torn in new[] { whole[..^100], whole[..20], [], "not a checkpoint"u8.ToArray() })
        {
            File.WriteAllBytes(checkpoint, torn);
            foreach (var other in Directory.GetFiles(folder["run/checkpoints"]).Where(path => path != checkpoint))
                File.Delete(other);
            var outcome = Samples.Run("sample", folder["run"], "--out", folder["x.png"]);
            outcome.ExitCode.ShouldBe(2, outcome.Output);
            outcome.Errors.ShouldContain(Path.GetFileName(checkpoint));
            File.ReadAllBytes(checkpoint).ShouldBe(torn);
        }
    }

    private static string[] Contents(string folder) =>
        [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order().Select(path => path + Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))))];
}
