using System.Globalization;
using BenchmarkDotNet.Attributes;
using CM.Generators.Couplings;
using CM.Generators.Experiments;
using CM.Generators.Networks;
using CM.Generators.Schedules;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CM.Bench.Generator;

/// <summary>
/// All generators over copies of the samples' networks, each sample's in a file of its own; or over the gallery's largest network.
/// </summary>
public class Keystrokes
{
    private const string Largest = "EDM2-XL";

    private const string LargestNetwork = """
        using CM.Dsl;

        namespace Gallery;

        /// <summary>EDM2's largest U-Net.</summary>
        [Network]
        public sealed partial record Xl
        {
            [Edm2(64, 4, 256, LabelDim = 1000)] public partial Layer Net { get; }

            [return: Shape("B", 4, 64, 64)]
            private Value Forward([Shape("B", 4, 64, 64)] Value x, [Shape("B")] Value level, [Shape("B", 1000)] Value label) => (x, level, label) | Net;
        }
        """;

    private static readonly CSharpParseOptions Options = new(LanguageVersion.Preview);

    private static readonly MetadataReference[] References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))];

    private CSharpCompilation compilation = null!;
    private GeneratorDriver primed = null!;
    private SyntaxTree other = null!, otherEdited = null!, plan = null!;
    private SyntaxTree[] planEdited = null!;
    private int edits;

    [Params("10", "40", "200", Largest)]
    public string Networks { get; set; } = "";

    [GlobalSetup]
    public void Declare()
    {
        SyntaxTree[] trees = Networks == Largest ? [Parse(LargestNetwork, "Xl.cs")] : [.. Copies(int.Parse(Networks, CultureInfo.InvariantCulture))];
        other = Parse("class Other { int Number => 1; }", "Other.cs");
        otherEdited = Parse("class Other { int Number => 12; }", "Other.cs");
        plan = trees[^1];
        // The generators remember the last few U-Nets; every edit is another one.
        planEdited = [.. Enumerable.Range(2, 100).Select(edit => Parse(plan.ToString().Replace("Scale = 1)", $"Scale = {edit})").Replace("64, 4, 256", $"64, {4 + edit}, 256"), plan.FilePath))];
        if (planEdited[0].ToString() == plan.ToString())
            throw new InvalidOperationException("The edit changes nothing.");

        compilation = Compile([.. trees, other, Parse("global using static CM.Dsl.Functions;", "Usings.cs")]);
        primed = NewDriver().RunGenerators(compilation);
        if (primed.GetRunResult().GeneratedTrees.Count(tree => tree.FilePath.Contains("Networks/", StringComparison.Ordinal)) is var files && files < trees.Sum(Count))
            throw new InvalidOperationException($"Only {files} networks are written.");
    }

    [Benchmark]
    public GeneratorDriver Cold() => NewDriver().RunGenerators(Compile(compilation.ReplaceSyntaxTree(plan, Edited()).SyntaxTrees.Select(tree => CSharpSyntaxTree.Create((CSharpSyntaxNode)tree.GetRoot(), Options, tree.FilePath))));

    [Benchmark]
    public GeneratorDriver UnrelatedKeystroke() => primed.RunGenerators(compilation.ReplaceSyntaxTree(other, otherEdited));

    [Benchmark]
    public GeneratorDriver KeystrokeInAPlan() => primed.RunGenerators(compilation.ReplaceSyntaxTree(plan, Edited()));

    private SyntaxTree Edited() => planEdited[++edits % planEdited.Length];

    private static CSharpCompilation Compile(IEnumerable<SyntaxTree> trees) =>
        CSharpCompilation.Create("Declared", trees, References, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));

    private static GeneratorDriver NewDriver() => CSharpGeneratorDriver.Create(
        [new NetworkGenerator().AsSourceGenerator(), new CouplingGenerator().AsSourceGenerator(), new ScheduleGenerator().AsSourceGenerator(), new ExperimentGenerator().AsSourceGenerator()], parseOptions: Options);

    private static SyntaxTree Parse(string text, string path) => CSharpSyntaxTree.ParseText(text, Options, path);

    // Copies of the samples in turn, until there are that many networks; the last one is Moons, which the edit is for.
    private static IEnumerable<SyntaxTree> Copies(int networks)
    {
        for (int i = 0, declared = 0; declared < networks || i % 2 != 0; i++)
        {
            var copy = Parse(Sample(i % 2 == 0 ? "Digits" : "Moons").Replace("namespace ", $"namespace Copy{i}."), $"Networks{i}.cs");
            declared += Count(copy);
            yield return copy;
        }
    }

    private static int Count(SyntaxTree tree) => tree.ToString().Split('\n').Count(line => line.StartsWith("[Network", StringComparison.Ordinal));

    private static string Sample(string name)
    {
        using var stream = typeof(Keystrokes).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
