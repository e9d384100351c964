using System.Text.Json;

namespace EndToEnd;

/// <summary>The measurements beside PyTorch as a program: what they refuse, and what they print for machines. No figure is judged.</summary>
public sealed class BenchTests
{
    private static readonly string Bench = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../../bench/run"));

    [Theory]
    [InlineData("bench: there is no workload 'W9'; there are: moons, digits, W1, W1-VCT, W2, W3, W4, W5, W6-1, W6-2, update", "--only", "W9")]
    [InlineData("bench: --threads takes numbers of 1 or more with commas, such as 1,2, not 'two'; see --help", "--threads", "two")]
    [InlineData("bench: --pairs takes a number of 1 or more; see --help", "--pairs", "0")]
    [InlineData("bench: Unrecognized command or argument '--fast'; see --help", "--fast")]
    [InlineData("bench: there is no 'speed': steps, limits, generator and matching are what is measured", "speed")]
    public void What_cannot_be_measured_is_said_in_a_line(string message, params string[] arguments)
    {
        var outcome = Run(arguments);
        (outcome.ExitCode, outcome.Errors.TrimEnd(), outcome.Output).ShouldBe((2, message, ""));
    }

    [PyTorchFact]
    public void Ratios_come_as_an_array_after_both_sides_gave_the_same_loss()
    {
        var outcome = Run("--only", "update", "--threads", "1", "--pairs", "1", "--json");
        outcome.ExitCode.ShouldBe(0, outcome.Errors);
        var result = JsonDocument.Parse(outcome.Output).RootElement.EnumerateArray().Single();
        result.GetProperty("workload").GetString().ShouldBe("update");
        result.GetProperty("threads").GetInt32().ShouldBe(1);
        foreach (var name in new[] { "ratio", "ratio_min", "ratio_max", "memory_ratio" })
            result.GetProperty(name).GetDouble().ShouldBeGreaterThan(0);
        var peer = result.GetProperty("loss_peer").GetDouble();
        result.GetProperty("loss_ours").GetDouble().ShouldBe(peer, 1e-4 * peer);
    }

    private static Samples.Outcome Run(params string[] arguments)
    {
        using var process = Samples.Start("bash", Path.GetTempPath(), new Dictionary<string, string?>(), [Bench, .. arguments]);
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
