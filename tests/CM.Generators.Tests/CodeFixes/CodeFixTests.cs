using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace CM.Generators.Tests;

/// <summary>Every light bulb leaves a declaration without findings, and changes nothing else.</summary>
public sealed partial class CodeFixTests
{
    private const string Times = """
        [TimeSchedule(min: 0.002, max: 60), LogNormal(mean: -1.1, std: 2)]
        public sealed partial record MySchedule : ITimeSchedule
        {
            public static double Alpha(double t) => 1;
            public static double Sigma(double t) => t;
            public static double TeacherTime(double t, int stage) => 0.5 * t;
        }

        [Network]
        public sealed partial record Tiny : IDenoiser
        {
            [Linear(2, 2)] public partial Layer Map { get; }

            [return: Shape("B", 2)]
            private Value Forward([Shape("B", 2)] Value x, [Shape("B")] Value level) => (x | Map) + level;
        }


        """;

    private static string Network(string layers, string forward) => $$"""
        [Network]
        public sealed partial record Net
        {
        {{layers}}
            {{forward}}
        }

        [Network]
        public sealed partial record Twice(int Width)
        {
            [Linear(nameof(Width), nameof(Width))] public partial Layer Linear1 { get; }

            [return: Shape("B", nameof(Width))]
            private Value Forward([Shape("B", nameof(Width))] Value x) => x | Linear1;
        }
        """;

    private static void ShouldBeMended(string source, string title, string before, string after)
    {
        Source.Findings(source).ShouldNotBeEmpty();
        source.ShouldContain(before);
        var mended = LightBulb.Apply(source, title);
        mended.ShouldEndWith(source.Replace(before, after));
        Source.Diagnose(mended).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("[Linear(2, 64)]", "[Linear(32, 2)]", "Set input = 64 on 'Out'", "[Linear(32, 2)]", "[Linear(64, 2)]")]
    [InlineData("[Linear(2, 64)]", "[Linear(output: 2, input: 32)]", "Set input = 64 on 'Out'", "input: 32", "input: 64")]
    [InlineData("[Linear(2, 64)]", "[Block<Twice>(32)]", "Set Width = 64 on 'Out'", "(32)", "(64)")]
    [InlineData("[Linear(2, 64)]", "[Linear(16 + 16, 2)]", "Set input = 64 on 'Out'", "16 + 16", "64")]
    public void One_number_is_set(string first, string second, string title, string before, string after) => ShouldBeMended(
        Network($"    {first} public partial Layer In {{ get; }}\n    {second} public partial Layer Out {{ get; }}\n",
            $"[return: Shape(\"B\", {(second.Contains("Block") ? 64 : 2)})] private Value Forward([Shape(\"B\", 2)] Value x) => x | In | Out;"),
        title, before, after);

    [Theory]
    [InlineData("[Conv2d(3, 8, 3, Padding = 0)]", "Set Padding = 1 on 'Same'", "Padding = 0", "Padding = 1")]
    [InlineData("[Conv2d(3, 8, 5, Padding = 1, Bias = false)]", "Set Padding = 2 on 'Same'", "Padding = 1", "Padding = 2")]
    public void A_named_number_is_set(string layer, string title, string before, string after) =>
        ShouldBeMended(Image(layer, "H", "W"), title, before, after);

    [Fact]
    public void A_number_that_is_not_there_is_added() =>
        ShouldBeMended(Image("[Conv2d(3, 8, 3)]", "H/2", "W/2", "2*H", "2*W", "H", "W"), "Set Stride = 2 on 'Same'", "[Conv2d(3, 8, 3)]", "[Conv2d(3, 8, 3, Stride = 2)]");

    private static string Image(string layer, string height, string width, string inHeight = "H", string inWidth = "W", string? outHeight = null, string? outWidth = null) =>
        Network($"    {layer} public partial Layer Same {{ get; }}\n",
            $"[return: Shape(\"B\", 8, \"{outHeight ?? height}\", \"{outWidth ?? width}\")] private Value Forward([Shape(\"B\", 3, \"{inHeight}\", \"{inWidth}\")] Value x) => x | Same;");

    [Fact]
    public void No_more_than_three_numbers_are_offered()
    {
        var offers = LightBulb.Offers(Network("    [Linear(2, 64)] public partial Layer In { get; }\n    [Linear(32, 2)] public partial Layer Out { get; }\n",
            "[return: Shape(\"B\", 2)] private Value Forward([Shape(\"B\", 2)] Value x) => x | In | Out;"));
        offers.ShouldBe(["Set output = 32 on 'In'", "Set input = 64 on 'Out'"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("[Network, Shape(\"B\", 2)]\npublic sealed record Net { [Linear(2, 2)] public partial Layer Map { get; } }", "Make 'Net' partial", "sealed record", "sealed partial record")]
    [InlineData("[TimeSchedule(0.002, 80), LogNormal(-1, 2)]\nrecord Times : ITimeSchedule\n{\n    public static double Alpha(double t) => 1;\n    public static double Sigma(double t) => t;\n    public static double TeacherTime(double t, int stage) => 0.5 * t;\n}", "Make 'Times' partial", "\nrecord", "\npartial record")]
    [InlineData(Times + "[Experiment(Steps = 10, Batch = 4)]\n[Data<TwoMoons>, Model<Tiny>, Coupling<Independent>, Schedule<MySchedule>]\n[L2, Adam(1e-3), MultistepSampler(60)]\npublic record Mine;", "Make 'Mine' partial", "record Mine", "partial record Mine")]
    public void A_record_is_made_partial(string source, string title, string before, string after) => ShouldBeMended(source, title, before, after);

    [Fact]
    public void All_records_are_made_partial() =>
        Source.Diagnose(LightBulb.ApplyToAll("[Network, Shape(\"B\")] public record A { [FourierEmbedding(4)] public partial Layer TimeEmbedding { get; } }\n[Network, Shape(\"B\")] public record B { [FourierEmbedding(4)] public partial Layer TimeEmbedding { get; } }", "Make 'A' partial")).ShouldBeEmpty();

    [Theory]
    [InlineData("[Linear(2, 64)]", "[Linear(64, 3)]", "\"B\", 2", "\"B\", 3")]
    [InlineData("[Conv2d(3, 8, 3)]", "[Conv2d(8, 4, 3, Stride = 2, Padding = 0)]", "\"B\", 3, \"H\", \"W\"", "\"B\", 4, \"(H-3)/2+1\", \"(W-3)/2+1\"")]
    [InlineData("[FourierEmbedding(32)]", "[Linear(32, 3)]", "\"B\"", "\"B\", 3")]
    [InlineData("[Block<Twice>(5)]", "[Linear(5, 3)]", "\"B\", 5", "\"B\", 3")]
    public void Forward_is_written(string first, string second, string into, string outOf)
    {
        var source = Network($"    {first} public partial Layer In {{ get; }}\n    {second} public partial Layer Out {{ get; }}", "@").Replace("\n    @", "");
        ShouldBeMended(source, "Write Forward", "Layer Out { get; }\n",
            $"Layer Out {{ get; }}\n\n    [return: Shape({outOf})]\n    private Value Forward([Shape({into})] Value x) => x | In | Out;\n");
    }

    [Fact]
    public void Forward_is_written_even_where_the_layers_do_not_fit()
    {
        var source = "[Network]\npublic sealed partial record Net\n{\n    [Linear(2, 64)] public partial Layer In { get; }\n    [Linear(32, 2)] public partial Layer Out { get; }\n}\n";
        Source.Findings(LightBulb.Apply(source, "Write Forward")).Select(finding => finding.Id).ShouldNotContain("CM1002");
    }

    [Fact]
    public void The_interface_of_a_schedule_is_added() => ShouldBeMended(
        "[TimeSchedule(min: 0.002, max: 80), LogNormal(mean: -1.1, std: 2)]\npublic sealed partial record MySchedule\n{\n    public static double Alpha(double t) => 1;\n}\n", "Implement ITimeSchedule",
        "MySchedule\n{\n    public static double Alpha(double t) => 1;\n",
        "MySchedule : ITimeSchedule\n{\n    public static double Alpha(double t) => 1;\n\n    public static double Sigma(double t) => t;\n\n    public static double TeacherTime(double t, int stage) => 0.5 * t;\n");

    [Fact]
    public void A_schedule_without_a_body_gets_one() => ShouldBeMended(
        "[TimeSchedule(min: 0.002, max: 80), LogNormal(mean: -1.1, std: 2)]\npublic sealed partial record MySchedule;", "Implement ITimeSchedule", "MySchedule;",
        " MySchedule : ITimeSchedule\n{\n    public static double Alpha(double t) => 1;\n\n    public static double Sigma(double t) => t;\n\n    public static double TeacherTime(double t, int stage) => 0.5 * t;\n}".TrimStart());

    [Theory]
    [InlineData("Data<TwoMoons>", "Add [Data<TwoMoons>] to 'Mine'", "Data<TwoMoons>")]
    [InlineData("Model<Tiny>", "Add [Model<Tiny>] to 'Mine'", "Model<Tiny>")]
    [InlineData("Coupling<Independent>", "Add [Coupling<Independent>] to 'Mine'", "Coupling<Independent>")]
    [InlineData("Schedule<MySchedule>", "Add [Schedule<MySchedule>] to 'Mine'", "Schedule<MySchedule>")]
    [InlineData("L2", "Add [PseudoHuber(0.01)] to 'Mine'", "PseudoHuber(0.01)")]
    [InlineData("Adam(1e-3)", "Add [RAdam(1e-3)] to 'Mine'", "RAdam(1e-3)")]
    [InlineData("MultistepSampler(60)", "Add [MultistepSampler(60)] to 'Mine'", "MultistepSampler(60)")]
    public void A_part_of_an_experiment_is_added(string missing, string title, string added)
    {
        string[] parts = ["Data<TwoMoons>", "Model<Tiny>", "Coupling<Independent>", "Schedule<MySchedule>", "L2", "Adam(1e-3)", "MultistepSampler(60)"];
        var last = $"[{string.Join(", ", parts.Except([missing]))}]";
        ShouldBeMended(Times + $"[Experiment(Steps = 10, Batch = 4)]\n{last}\npublic sealed partial record Mine;", title, last, $"{last}\n[{added}]");
    }

    [Theory]
    [InlineData("[Experiment(Batch = 4)]", "Add Steps = 10_000 to 'Mine'", "[Experiment(Batch = 4, Steps = 10_000)]")]
    [InlineData("[Experiment(Steps = 4)]", "Add Batch = 128 to 'Mine'", "[Experiment(Steps = 4, Batch = 128)]")]
    public void A_number_of_an_experiment_is_added(string before, string title, string after) => ShouldBeMended(
        Times + before + "\n[Data<TwoMoons>, Model<Tiny>, Coupling<Independent>, Schedule<MySchedule>, L2, Adam(1e-3), MultistepSampler(60)]\npublic sealed partial record Mine;", title, before, after);

    [Fact]
    public void Only_data_that_fit_are_offered() => LightBulb.Offers(
        Times + "[Experiment(Steps = 10, Batch = 4), Model<Tiny>, Coupling<Independent>, Schedule<MySchedule>, L2, Adam(1e-3), MultistepSampler(60)]\npublic sealed partial record Mine;")
        .ShouldNotContain(title => title.Contains("Mnist"));

    private const string Unused = "    /// <summary>Bends.</summary>\n    [Linear(2, 2)]\n    public partial Layer Activation { get; }\n\n";

    [Theory]
    [InlineData("{\n" + Unused, "{\n")]
    [InlineData("{ get; }\n\n" + Unused, "{ get; }\n\n")]
    public void An_unused_layer_is_removed(string before, string after) => ShouldBeMended(
        "[Network]\npublic sealed partial record Net\n{\n    [Linear(2, 2)] public partial Layer Map { get; }\n\n    [return: Shape(\"B\", 2)]\n    private Value Forward([Shape(\"B\", 2)] Value x) => x | Map;\n}\n".Replace(after, before),
        "Remove the unused layer 'Activation'", before, after);

    [Fact]
    public void All_unused_layers_are_removed() => LayerName().Matches(LightBulb.ApplyToAll(
            "[Network]\npublic sealed partial record Net\n{\n    [LayerNorm(2)] public partial Layer A { get; }\n    [Linear(2, 2)] public partial Layer Map { get; }\n    [RmsNorm(2)] public partial Layer B { get; }\n\n    [return: Shape(\"B\", 2)]\n    private Value Forward([Shape(\"B\", 2)] Value x) => x | Map;\n}\n",
            "Remove the unused layer 'A'")).Select(match => match.Value).ShouldBe(["Layer Map"]);

    [GeneratedRegex(@"Layer \w+")]
    private static partial Regex LayerName();

    [Theory]
    [InlineData("Network, Shape(\"B\")", "Value Forward(Value x) => x;", true)]
    [InlineData("Coupling", "Pair Couple(Value data, Value noise) => new(data, noise);", true)]
    [InlineData("Network, Shape(\"B\")", "Value Backward(Value x) => x;", false)]
    [InlineData("Coupling", "Value Forward(Value x) => x;", false)]
    public async Task What_the_generator_reads_is_not_called_unused(string attribute, string member, bool silent)
    {
        var compilation = Source.Compile($"public sealed record Pair(Value Data, Value Noise);\n[{attribute}] public sealed partial record Declared {{ private {member} }}");
        var options = new CompilationWithAnalyzersOptions(new AnalyzerOptions([]), null, concurrentAnalysis: true, logAnalyzerExecutionTime: false, reportSuppressedDiagnostics: true);
        var findings = await new CompilationWithAnalyzers(compilation, [new UnusedMembers(), new Diagnostics.UnusedMemberSuppressor()], options).GetAnalyzerDiagnosticsAsync();
        findings.ShouldHaveSingleItem().IsSuppressed.ShouldBe(silent);
    }

    /// <summary>Stands for the SDK's own analyzer, which is no package: calls every private method unused.</summary>
#pragma warning disable RS1001, RS2008 // it is made for this test alone
    private sealed class UnusedMembers : DiagnosticAnalyzer
    {
        private static readonly DiagnosticDescriptor Unused = new("IDE0051", "Unused", "Unused", "Test", DiagnosticSeverity.Warning, true);

        public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Unused];

        public override void Initialize(AnalysisContext context)
        {
            context.EnableConcurrentExecution();
            context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
            context.RegisterSyntaxNodeAction(node => node.ReportDiagnostic(Diagnostic.Create(Unused, ((MethodDeclarationSyntax)node.Node).Identifier.GetLocation())), SyntaxKind.MethodDeclaration);
        }
    }
#pragma warning restore RS1001, RS2008
}
