using CM.Generators.Tests.Mutations;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace CM.Generators.Tests;

/// <summary>
/// No generator and no analyzer throws on what somebody is typing: an exception would take all generated code away from the project.
/// </summary>
public sealed class HalfTypedTests
{
    private const string Network = """
        [Network]
        public sealed partial record Net(int Width)
        {
            [Linear(nameof(Width), 3)] public partial Layer Linear1 { get; }

            [return: Shape("B")]
            private Value Forward([Shape("B", nameof(Width))] Value x) => x | Linear1 | ZerosLike;
        }

        """;

    private const string TwoOfOneName = """
        [Network]
        partial record Two(int Size, int Size)
        {
            [return: Shape("B", 2)]
            private Value Forward([Shape("B", 2)] Value x) => 2 * x;
        }

        [Coupling]
        partial record Doubled
        {
            [Block<Two>(1, 1)] public partial Layer Double { get; }

            private Pair Couple(Value data, Value noise) => new(data, noise | Double);
        }

        """;

    private const string All = ClassifierTests.Digits + TimesTests.Linear + CouplingsTests.Variational + CouplingsTests.Encoder + Network;

    private static readonly Dictionary<string, string> Sources = Corpus.All.Select(declared => (declared.Name, declared.Text))
        .Append(("experiment", TimesTests.Easy + TimesTests.Linear + ExperimentsTests.Network + ExperimentsTests.Moons + ExperimentsTests.Derived))
        .Append(("classifier", ClassifierTests.Digits)).Append(("couplings", CouplingsTests.All)).Append(("labels", LabelsTests.All))
        .Append(("stages", TruncationTests.Mixed)).Append(("teacher", TeacherTests.Experiments)).Append(("diffusion", DiffusionTests.Experiments))
        .ToDictionary();

    public static TheoryData<string> Names => [.. Sources.Keys];

    /// <summary>Six of a source's edits; another seed tries others.</summary>
    [Theory, MemberData(nameof(Names))]
    public async Task Nothing_throws_while_a_source_is_typed(string name)
    {
        var whole = Source.Compile(Sources[name]);
        var driver = Source.NewDriver(tracks: false).RunGenerators(whole);
        var edits = Edits(Sources[name]).ToArray();
        new Random(1).Shuffle(edits);
        foreach (var (what, text) in edits.Take(6))
            (await ThrownAsync(driver, whole, text)).ShouldBeEmpty($"{what} of\n{text}");
    }

    [Theory]
    [InlineData("[Network]\npublic sealed partial record Net", "[Network] partial record Net; [Network] public sealed partial record Net")]
    [InlineData("[Network]\npublic sealed partial record Net", "[Network] partial record struct Net; [Network] public sealed partial record Net")]
    [InlineData("[Network]\npublic sealed partial record Net", "[Network] public sealed partial record @event")]
    [InlineData("public partial Layer Linear1 { get; }", "public partial Layer Linear1 { get; } [Linear(3, 3)] public partial Layer Linear1 { get; }")]
    [InlineData("[Shape(\"B\", nameof(Width))] Value x) => x | Linear1 |", "[Shape] Value x) => x |")]
    [InlineData("[Coupling]", "[Coupling] partial record VariationalNoise; [Coupling]")]
    [InlineData("partial record Net(int Width)", "partial record : Net")]
    [InlineData("record VariationalNoise", "record : VariationalNoise")]
    [InlineData("record EctSchedule", "record")]
    [InlineData("partial record Digits", "partial record : Digits")]
    [InlineData("[Network]\npublic sealed partial record Net", TwoOfOneName + "[Network] public sealed partial record Net")]
    [InlineData("public static double Alpha(double t) => 1", "public static double Alpha(double t)")]
    [InlineData("public static double Alpha(double t) => 1", "public static double Alpha(double t) { }")]
    [InlineData("public static double Alpha(double t) => 1", "public static double Weight(double t, double t) => t; public static double Alpha(double t) => 1")]
    [InlineData("partial record Digits", "partial record Digits; [Experiment] partial record Digits")]
    [InlineData("Model<Pixels>", "Model<Pix>")]
    [InlineData("Data<Mnist>", "Data<>")]
    [InlineData("Schedule<EctSchedule>", "Schedule<Easy>")]
    [InlineData("Coupling<Independent>", "Coupling<Indep>")]
    public async Task Nothing_throws_after_an_edit(string before, string after)
    {
        All.ShouldContain(before);
        var whole = Source.Compile(All);
        (await ThrownAsync(Source.NewDriver(tracks: false).RunGenerators(whole), whole, All.Replace(before, after))).ShouldBeEmpty();
    }

    private static async Task<string[]> ThrownAsync(GeneratorDriver driver, CSharpCompilation whole, string text)
    {
        var edited = whole.ReplaceSyntaxTree(whole.SyntaxTrees.First(), Source.Compile(text).SyntaxTrees.First());
        var findings = await edited.WithAnalyzers(Source.Analyzers()).GetAnalyzerDiagnosticsAsync();
        return [.. driver.RunGenerators(edited).GetRunResult().Results.Select(result => result.Exception?.ToString()).OfType<string>(),
            .. findings.Where(finding => finding.Id == "AD0001").Select(finding => finding.ToString())];
    }

    // Declarations, attributes and arguments that are missing or stand there twice; tokens that are missing or cut; sources that end
    // anywhere.
    private static IEnumerable<(string What, string Text)> Edits(string text)
    {
        var root = CSharpSyntaxTree.ParseText(text).GetRoot();
        foreach (var node in root.DescendantNodes().Where(node => node is MemberDeclarationSyntax or AttributeListSyntax or AttributeSyntax or ParameterSyntax or ArgumentSyntax or AttributeArgumentSyntax or StatementSyntax or BaseTypeSyntax))
        {
            yield return ("without " + node, text.Remove(node.FullSpan.Start, node.FullSpan.Length));
            yield return ("twice " + node, text.Insert(node.FullSpan.End, node.ToFullString()));
            if (node is RecordDeclarationSyntax record)
                yield return ("a second part " + record.Identifier, text + $"\n{record.AttributeLists} partial record {record.Identifier};");
        }

        foreach (var token in root.DescendantTokens().Where(token => token.Span.Length > 0))
        {
            var half = new TextSpan(token.SpanStart + token.Span.Length / 2, token.Span.Length - token.Span.Length / 2);
            yield return ("until " + token, text[..token.Span.End]);
            yield return ("until half of " + token, text[..half.Start]);
            yield return ("without " + token, text.Remove(token.SpanStart, token.Span.Length));
            yield return ("half of " + token, text.Remove(half.Start, half.Length));
        }
    }
}
