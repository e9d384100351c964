using System.Text.Json;

namespace CM.Cli.Tests;

/// <summary><c>sample</c>.</summary>
public sealed class SampleCommandTests : CommandFixture
{
    [Fact]
    public void Sample_draws_and_never_overwrites()
    {
        Good("train", "Tiny", "--steps", "5", "--out", Scratch["a"]);
        var first = Json("sample", Scratch["a"], "--count", "50", "--json");
        var second = Json("sample", Scratch["a"], "--count", "50", "--json");
        var other = Json("sample", Scratch["a"], "--count", "50", "--seed", "9", "--json");
        first.GetProperty("sliced_wasserstein").GetDouble().ShouldBeGreaterThan(0);
        File.ReadAllBytes(Picture(second)).ShouldBe(File.ReadAllBytes(Picture(first)));
        File.ReadAllBytes(Picture(other)).ShouldNotBe(File.ReadAllBytes(Picture(first)));
        new[] { Picture(first), Picture(second), Picture(other) }.Distinct().Count().ShouldBe(3);
        Bad(2, "sample", Scratch["a"], "--out", Picture(first)).ShouldContain("is there already");

        var averaged = Json("sample", Scratch["a"], "--count", "50", "--ema", "0.9", "--json");
        File.ReadAllBytes(Picture(averaged)).ShouldBe(File.ReadAllBytes(Picture(first)), "the first average is the usual one");
        var online = Json("sample", Scratch["a"], "--count", "50", "--ema", "online", "--json");
        File.ReadAllBytes(Picture(online)).ShouldNotBe(File.ReadAllBytes(Picture(first)));
        Bad(2, "sample", Scratch["a"], "--ema", "0.5").ShouldContain("--ema 0.5: there is no such average; there are: 0.9, 0.99, online.");
        Good("sample", Scratch["a"], "--out", Scratch["new.png"]);

        static string Picture(JsonElement result) => result.GetProperty("picture").GetString()!;
    }

    [Fact]
    public void Sample_and_the_end_of_training_agree()
    {
        Good("train", "Tiny", "--steps", "5", "--out", Scratch["a"]);
        var picture = Json("sample", Scratch["a"], "--json").GetProperty("picture").GetString()!;
        File.ReadAllBytes(picture).ShouldBe(File.ReadAllBytes(Path.Combine(Scratch["a"], "samples", "step-000005.png")));
    }
}
