namespace CM.Driver.Tests;

public sealed class FreshnessTests : IDisposable
{
    private const string Torch = "TorchSharp-cpu";

    private readonly Checkout checkout = new();

    public FreshnessTests()
    {
        checkout.Write("src/CM.Dsl/Layer.cs", "class Layer;");
        checkout.Write("samples/All/All.csproj", "<Project />");
        checkout.Write("samples/All/bin/Release/net10.0/DslCM.Samples.dll", "");
        checkout.Write("src/CM.Watch/bin/Release/net10.0/DslCM.Watch.dll", "");
        checkout.Write("tests/Tests.cs", "class Tests;");
        foreach (var target in new[] { Target.Samples, Target.Watch, Target.Solution })
            Freshness.Keep(target, Freshness.Fingerprint(target, Torch));
    }

    private Freshness Freshness => new(checkout.Workspace);

    public void Dispose() => checkout.Dispose();

    [Fact]
    public void A_target_is_fresh_after_its_build() => Fresh().ShouldBe((true, true, true));

    [Theory]
    [InlineData("src/CM.Dsl/Layer.cs", false, true, false)] // changed
    [InlineData("src/CM.Dsl/Value.cs", false, true, false)] // new
    [InlineData("samples/All/Program.cs", false, true, false)]
    [InlineData("src/CM.Watch/Page/index.html", false, false, false)]
    [InlineData("tests/Tests.cs", true, true, false)]
    [InlineData("bench/Steps/Program.cs", true, true, false)]
    [InlineData("Directory.Build.props", false, false, false)]
    [InlineData(".editorconfig", false, false, false)]
    [InlineData("DslCM.sln", true, true, false)]
    [InlineData("README.md", true, true, true)]
    [InlineData("src/CM.Dsl/obj/project.assets.json", true, true, true)]
    [InlineData("samples/All/bin/Release/net10.0/settings.json", true, true, true)]
    [InlineData("samples/All/runs/moons/source/Moons.cs", true, true, true)]
    public void A_file_makes_stale_what_is_built_from_it(string file, bool samples, bool watch, bool solution)
    {
        checkout.Write(file, "class Other;");
        Fresh().ShouldBe((samples, watch, solution));
    }

    [Fact]
    public void A_file_that_is_gone_makes_stale()
    {
        File.Delete(checkout["src/CM.Dsl/Layer.cs"]);
        Fresh().ShouldBe((false, true, false));
    }

    [Fact]
    public void A_file_of_the_same_length_from_an_older_day_makes_stale()
    {
        File.SetLastWriteTimeUtc(checkout["src/CM.Dsl/Layer.cs"], DateTime.UtcNow.AddDays(-1));
        Fresh().ShouldBe((false, true, false));
    }

    [Fact]
    public void Another_torch_package_makes_stale_what_stands_on_it() => Fresh("TorchSharp-cuda-linux").ShouldBe((false, true, false));

    [Fact]
    public void A_program_that_is_gone_is_stale()
    {
        Directory.Delete(checkout["samples/All/bin"], recursive: true);
        Fresh().ShouldBe((false, true, true));
    }

    private (bool Samples, bool Watch, bool Solution) Fresh(string torch = Torch) =>
        (Freshness.IsFresh(Target.Samples, torch), Freshness.IsFresh(Target.Watch, torch), Freshness.IsFresh(Target.Solution, torch));
}
