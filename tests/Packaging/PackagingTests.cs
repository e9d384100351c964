using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Packaging;

/// <summary>What <c>dotnet pack</c> makes, used as its users use it.</summary>
public sealed class PackagingTests(Packages packages) : IClassFixture<Packages>
{
    private const string Network = """
        using CM.Dsl;

        namespace Consumer;

        [Network]
        public sealed partial record Mlp
        {
            [Linear(2, 64)]
            public partial Layer In { get; }

            [Linear(64, 2)]
            public partial Layer Out { get; }

            [return: Shape("B", 2)]
            private Value Forward([Shape("B", 2)] Value x) => x | In | SiLU | Out;
        }

        public static class Beside
        {
            private static int Idle() => 0;
        }
        """;

    private static readonly (string, string) CodeStyle = (".editorconfig", "root = true\n[*.cs]\ndotnet_diagnostic.IDE0051.severity = warning\n");

    [Fact]
    public void CM_Dsl_carries_the_compiler_part_in_one_slot()
    {
        var content = Packages.Content(packages.Find("CM.Dsl"));
        content.Where(file => file.StartsWith("lib/") || file.StartsWith("analyzers/") || file.StartsWith("build")).ShouldBe([
            "analyzers/dotnet/cs/CM.CodeFixes.dll", "analyzers/dotnet/cs/CM.Generators.dll",
            "buildTransitive/CM.Dsl.props", "buildTransitive/CM.Dsl.targets", "lib/net10.0/CM.Dsl.dll", "lib/net10.0/CM.Dsl.xml"]);
        Packages.Read(packages.Find("CM.Dsl"), "CM.Dsl.nuspec").ShouldNotContain("<dependency id", customMessage: "declarations stand on nothing");
    }

    [Theory]
    [InlineData("CM.Runtime", "CM.Dsl")]
    [InlineData("CM.Cli", "CM.Runtime")]
    public void A_package_hands_on_the_compiler_part(string package, string of) =>
        Packages.Read(packages.Find(package), $"{package}.nuspec").ShouldMatch($"<dependency id=\"{of}\" version=\"[^\"]+\" include=\"All\" />");

    [Fact]
    public void A_program_trains_without_the_command_line()
    {
        New("Bare");
        var project = packages["Bare/Bare.csproj"];
        File.WriteAllText(project, File.ReadAllText(project).Replace("\"CM.Cli\"", "\"CM.Runtime\""));
        File.WriteAllText(packages["Bare/Program.cs"], """
            var run = new CM.Runtime.TrainRequest { Experiment = CM.Generated.Declarations.All.Experiments[0], Steps = 2, Out = "run" };
            return run.Run().Step == 2 ? 0 : 1;
            """);
        Run(".", "build", "Bare", "-v", "quiet", "-warnaserror");
        Run("Bare", Path.Combine("bin", "Debug", "net10.0", "Bare.dll")).ShouldContain("2 of 2 steps done");
        Directory.GetFiles(packages["Bare/bin"], "*.dll", SearchOption.AllDirectories).Select(Path.GetFileName)
            .ShouldNotContain(file => file!.StartsWith("Spectre.Console") || file.StartsWith("System.CommandLine") || file.StartsWith("CM.Cli"));
    }

    [Fact]
    public void CM_Runtime_carries_the_MSBuild_task_and_its_targets()
    {
        var content = Packages.Content(packages.Find("CM.Runtime"));
        content.Where(file => file.StartsWith("tasks/") || file.StartsWith("build"))
            .ShouldBe(["buildTransitive/CM.Runtime.targets", "tasks/netstandard2.0/CM.Build.dll"]);
    }

    [Fact]
    public void CM_Runtime_credits_the_authors_of_its_digits() =>
        Packages.Read(packages.Find("CM.Runtime"), "NOTICE").ShouldContain("E. Alpaydin and C. Kaynak");

    [Fact]
    public void CM_Watch_is_a_tool_that_stands_alone()
    {
        var package = packages.Pack("CM.Watch", "tools-feed");
        var content = Packages.Content(package);
        content.ShouldContain("tools/net10.0/any/DslCM.Watch.dll");
        content.ShouldNotContain(file => file.Contains("CM.Runtime") || file.Contains("TorchSharp"), "it reads the folders of runs, whatever trained them");

        var (code, output) = Packages.Dotnet(packages["."], "tool", "install", "CM.Watch", "--tool-path", packages["tools"], "--add-source", packages["tools-feed"]);
        code.ShouldBe(0, output);
        var program = Directory.GetFiles(packages["tools"], "DslCM.Watch.dll", SearchOption.AllDirectories).First();
        Packages.Dotnet(packages["."], program, "nowhere").ShouldBe((2, "error: nowhere: there is no such folder; name that of a run, such as runs/NAME-20260131-120000, or one with runs in it.\n"));
    }

    [Fact]
    public void Packing_twice_gives_the_same_bytes() =>
        File.ReadAllBytes(packages.Pack("CM.Dsl", "again")).ShouldBe(File.ReadAllBytes(packages.Find("CM.Dsl")));

    [Fact]
    public void A_shape_error_stops_the_build_until_it_is_repaired()
    {
        var project = packages.NewProject("Consumer", ("Network.cs", Network.Replace("[Linear(64, 2)]", "[Linear(32, 2)]")), CodeStyle);
        var (code, output) = Packages.Dotnet(project, "build", "-v", "quiet");
        code.ShouldNotBe(0);
        output.ShouldContain("error CM2001: 'Out' expects width 32 but 'siLU' [B, 64] has 64.");

        File.WriteAllText(Path.Combine(project, "Network.cs"), Network);
        (code, output) = Packages.Dotnet(project, "build", "-v", "quiet");
        code.ShouldBe(0, output);
        output.ShouldContain("IDE0051: Private member 'Beside.Idle' is unused");
        output.ShouldNotContain("Mlp.Forward", customMessage: "the generator reads it");
    }

    [Theory]
    [InlineData("CompilerApiVersion=roslyn4.8", "error CM0001: CM.Dsl needs the C# compiler of Roslyn 4.14 or newer, but this build uses 4.8")]
    [InlineData("LangVersion=12", "error CM0002: CM.Dsl needs C# 14, but the property LangVersion is 12")]
    public void An_older_compiler_is_refused(string property, string complaint)
    {
        var project = packages.NewProject("Old" + property.Split('=')[0], ("Network.cs", Network));
        var (code, output) = Packages.Dotnet(project, "build", "-v", "quiet", "-p:" + property);
        code.ShouldNotBe(0);
        output.ShouldContain(complaint);
        output.ShouldNotContain("error CS");
    }

    [Fact]
    public void The_template_trains_and_its_project_still_builds()
    {
        New("Planar");
        Packages.Read(packages.Find("DslCM.Templates"), "content/dslcm/Experiments.cs").ShouldContain("Steps = 20_000");
        File.WriteAllText(packages["Planar/Compared.cs"], """
            using CM.Dsl;

            namespace Planar;

            [Experiment(Steps = 2, Batch = 16), Data<TwoMoons>, Model<Denoiser>, Coupling<Independent>, Schedule<EctSchedule>, PseudoHuber(0.01)]
            [RAdam(3e-4), Ema(0.999), MultistepSampler(80), Evaluate(Samples = 16), Compare("both")]
            public sealed partial record Compared;
            """);
        Directory.CreateDirectory(packages["Planar/Features"]);
        File.WriteAllText(packages["Planar/Features/Own.cs"], "namespace Planar.Features; public static class Own { public const int Number = 3; }");
        File.WriteAllText(packages["Planar/Uses.cs"], "namespace Planar; public static class Uses { public const int Number = Features.Own.Number; }");
        Build();

        var list = JsonDocument.Parse(Start("list", "--json")).RootElement;
        Names("experiments").ShouldBe(["Compared", "Moons"], ignoreOrder: true);
        Names("networks").ShouldBe(["Denoiser"]);

        Start("train", "Moons", "--steps", "2");
        Start("train", "Moons", "--steps", "2", "--out", "mine/first");
        Start("compare", "both");
        Directory.GetFiles(packages["Planar"], "Networks.cs.txt", SearchOption.AllDirectories).Length.ShouldBe(3, "each run keeps its declaration");
        Directory.CreateDirectory(packages["Planar/runs/older/source"]);
        File.Copy(packages["Planar/Networks.cs"], packages["Planar/runs/older/source/Networks.cs"]);
        Build();

        IEnumerable<string?> Names(string kind) => list.GetProperty(kind).EnumerateArray().Select(each => each.GetProperty("name").GetString());

        void Build() => Run(".", "build", "Planar", "-v", "quiet", "-warnaserror");

        string Start(params string[] arguments) => Run("Planar", [Path.Combine("bin", "Debug", "net10.0", "Planar.dll"), .. arguments]);
    }

    [Fact]
    public void The_template_refers_to_the_native_package_that_was_asked_for()
    {
        var nuspec = Packages.Read(packages.Find("CM.Runtime"), "CM.Runtime.nuspec");
        var version = Regex.Match(nuspec, "id=\"TorchSharp\" version=\"([^\"]+)\"").Groups[1].Value;
        New("OnCpu", "--torch", "cpu");
        New("OnGpu", "--torch", "cuda");
        Native("OnCpu").ShouldBe([("TorchSharp-cpu", version, null)]);
        Native("OnGpu").ShouldBe([
            ("TorchSharp-cuda-linux", version, "$([MSBuild]::IsOSPlatform('Linux'))"),
            ("TorchSharp-cuda-windows", version, "$([MSBuild]::IsOSPlatform('Windows'))")]);

        IEnumerable<(string?, string?, string?)> Native(string project) =>
            XDocument.Load(packages[$"{project}/{project}.csproj"]).Descendants("PackageReference")
                .Select(each => ((string?)each.Attribute("Include"), (string?)each.Attribute("Version"), (string?)each.Attribute("Condition")))
                .Where(each => each.Item1!.StartsWith("TorchSharp"));
    }

    /// <summary>Makes a project of the template.</summary>
    private void New(string name, params string[] options)
    {
        var hive = packages["hive"];
        if (!Directory.Exists(hive))
            Run(".", "new", "install", packages.Find("DslCM.Templates"), "--debug:custom-hive", hive);
        Run(".", ["new", "dslcm", "-o", name, "--debug:custom-hive", hive, .. options]);
    }

    private string Run(string folder, params string[] arguments)
    {
        var (code, output) = Packages.Dotnet(packages[folder], arguments);
        code.ShouldBe(0, output);
        return output;
    }
}
