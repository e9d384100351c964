namespace CM.Driver.Tests;

public sealed class MSBuildTests
{
    private const string Layer = "/home/a b/Moons.cs(9,6): error CM2001: 'Level' expects width 32 but 'wave' [B, 64] has 64.";
    private const string Package = "/home/a b/All.csproj : error NU1101: Unable to find package TorchSharp-cpu.";

    [Fact]
    public void An_error_is_told_once_and_without_the_project_that_reports_it() => MSBuild.Errors(
        [
            "  Determining projects to restore...",
            $"{Layer} [/home/a b/Moons.csproj]",
            $"{Layer} [/home/a b/Moons.csproj::TargetFramework=net10.0]",
            "/home/a b/Moons.cs(9,6): warning CS0168: an error is declared but never used [/home/a b/Moons.csproj]",
            Package,
            "  All -> /home/a b/samples/All/bin/Release/net10.0/DslCM.Samples.dll",
        ]).ShouldBe([Layer, Package]);

    [Fact]
    public void An_error_without_its_place_begins_with_its_number() =>
        MSBuild.WithoutPlace(Package).ShouldBe("NU1101: Unable to find package TorchSharp-cpu.");
}
