using System.Text.Json;

namespace EndToEnd;

/// <summary>
/// The measurements beside PyTorch and hand-written TorchSharp as a program: what they refuse, and what they print for machines. No figure
/// is judged.
/// </summary>
public sealed class BenchTests
{
    private static readonly DirectoryInfo Output = new(AppContext.BaseDirectory.TrimEnd('/'));
    private static readonly string Steps = Path.GetFullPath(Path.Combine(Output.FullName, "../../../../../bench/Steps/bin", Output.Parent!.Name, Output.Name, "Steps.dll"));

    [Theory]
    [InlineData("bench: there is no workload 'W9'; there are: moons, digits, W1, W1-VCT, W2, W3, W4, W5, W6-1, W6-2, update", "--only", "W9")]
    [InlineData("bench: --threads takes numbers of 1 or more with commas, such as 1,2, not 'two'; see --help", "--threads", "two")]
    [InlineData("bench: Argument 'numpy' not recognized. Must be one of: 'pytorch' 'torchsharp' 'both'; see --help", "--peer", "numpy")]
    [InlineData("bench: --pairs takes a number of 1 or more; see --help", "--pairs", "0")]
    [InlineData("bench: Unrecognized command or argument '--fast'; see --help", "--fast")]
    public void Mistakes_are_told_in_a_line(string message, params string[] arguments)
    {
        var outcome = Run([], arguments);
        (outcome.ExitCode, outcome.Errors.TrimEnd(), outcome.Output).ShouldBe((2, message, ""));
    }

    [PyTorchFact]
    public void Ratios_come_as_an_array_after_all_sides_gave_the_same_loss()
    {
        var result = Update([], out _);
        result.GetProperty("workload").GetString().ShouldBe("update");
        result.GetProperty("threads").GetInt32().ShouldBe(1);
        foreach (var name in new[] { "ratio", "ratio_min", "ratio_max", "memory_ratio" })
        {
            result.GetProperty(name).GetDouble().ShouldBeGreaterThan(0);
            result.GetProperty(name + "_torchsharp").GetDouble().ShouldBeGreaterThan(0);
        }

        foreach (var name in new[] { "loss_peer", "loss_torchsharp" })
        {
            var loss = result.GetProperty(name).GetDouble();
            result.GetProperty("loss_ours").GetDouble().ShouldBe(loss, 1e-4 * loss);
        }
    }

    [Theory]
    [InlineData("moons")]
    [InlineData("digits")]
    [InlineData("W1-VCT")]
    [InlineData("W3")]
    [InlineData("W4")]
    [InlineData("W5")]
    [InlineData("W6-2")]
    public void Hand_written_TorchSharp_gives_our_losses(string workload)
    {
        var file = Path.GetTempFileName();
        try
        {
            var (ours, theirs) = (Loss("check"), Loss("peer-check"));
            theirs.ShouldBe(ours, 1e-4 * Math.Abs(ours));
        }
        finally
        {
            File.Delete(file);
        }

        double Loss(string command)
        {
            var outcome = Run([], command, workload, file);
            outcome.ExitCode.ShouldBe(0, outcome.Errors);
            return JsonDocument.Parse(outcome.Output).RootElement.GetProperty("loss").GetDouble();
        }
    }

    [Fact]
    public void Without_PyTorch_its_side_is_skipped_by_name_and_the_others_are_measured()
    {
        var result = Update(new() { ["CM_PYTHON"] = "/nowhere/python3" }, out var errors);
        errors.TrimEnd().ShouldBe("bench: there is no /nowhere/python3 (Debian: apt-get install python3-torch); PyTorch's side is skipped");
        foreach (var name in new[] { "seconds_ours", "seconds_torchsharp", "ratio_torchsharp" })
            result.GetProperty(name).GetDouble().ShouldBeGreaterThan(0);
        foreach (var name in new[] { "ratio", "memory_ratio", "seconds_peer", "loss_peer" })
            result.GetProperty(name).ValueKind.ShouldBe(JsonValueKind.Null, name);
    }

    private static JsonElement Update(Dictionary<string, string?> environment, out string errors)
    {
        var outcome = Run(environment, "--only", "update", "--threads", "1", "--pairs", "1", "--json");
        outcome.ExitCode.ShouldBe(0, outcome.Errors);
        errors = outcome.Errors;
        return JsonDocument.Parse(outcome.Output).RootElement.EnumerateArray().Single();
    }

    private static Samples.Outcome Run(Dictionary<string, string?> environment, params string[] arguments)
    {
        using var process = Samples.Start("dotnet", Path.GetTempPath(), environment, [Steps, .. arguments]);
        return Samples.Wait(process);
    }
}

/// <summary>A test that needs PyTorch; skipped by name where there is none.</summary>
public sealed class PyTorchFactAttribute : FactAttribute
{
    public PyTorchFactAttribute()
    {
        if (!Directory.Exists("/usr/lib/python3/dist-packages/torch"))
            Skip = "/usr/bin/python3 has no torch (Debian: python3-torch)";
    }
}
