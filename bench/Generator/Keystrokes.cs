using BenchmarkDotNet.Attributes;
using CM.Generators;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CM.Bench.Generator;

/// <summary>All generators over copies of the samples' networks, each sample's in a file of its own.</summary>
public class Keystrokes
{
    private static readonly CSharpParseOptions Options = new(LanguageVersion.Preview);

    private CSharpCompilation compilation = null!;
    private GeneratorDriver primed = null!;
    private SyntaxTree other = null!, otherEdited = null!, plan = null!, planEdited = null!;

    [Params(10, 40, 200)]
    public int Networks { get; set; }

    [GlobalSetup]
    public void Declare()
    {
        // Digits declares two networks in a file, Moons three.
        var trees = Enumerable.Range(0, 2 * Networks / 5).Select(i => Parse(Sample(i % 2 == 0 ? "Digits" : "Moons").Replace("namespace ", $"namespace Copy{i}."), $"Networks{i}.cs")).ToArray();
        other = Parse("class Other { int Number => 1; }", "Other.cs");
        otherEdited = Parse("class Other { int Number => 12; }", "Other.cs");
        plan = trees[^1];
        planEdited = Parse(plan.ToString().Replace("Scale = 1)", "Scale = 2)"), plan.FilePath);
        if (planEdited.ToString() == plan.ToString())
            throw new InvalidOperationException("The edit changes nothing.");

        MetadataReference[] references = [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))];
        compilation = CSharpCompilation.Create("Declared", [.. trees, other], references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        primed = NewDriver().RunGenerators(compilation);
        var files = primed.GetRunResult().GeneratedTrees.Count(tree => tree.FilePath.Contains("Networks/", StringComparison.Ordinal));
        if (files != Networks)
            throw new InvalidOperationException($"There are {files} networks.");
    }

    [Benchmark]
    public GeneratorDriver Cold() => NewDriver().RunGenerators(compilation.Clone());

    [Benchmark]
    public GeneratorDriver UnrelatedKeystroke() => primed.RunGenerators(compilation.ReplaceSyntaxTree(other, otherEdited));

    [Benchmark]
    public GeneratorDriver KeystrokeInAPlan() => primed.RunGenerators(compilation.ReplaceSyntaxTree(plan, planEdited));

    private static GeneratorDriver NewDriver() => CSharpGeneratorDriver.Create(
        [new NetworkGenerator().AsSourceGenerator(), new CouplingGenerator().AsSourceGenerator(), new ScheduleGenerator().AsSourceGenerator(), new ExperimentGenerator().AsSourceGenerator()], parseOptions: Options);

    private static SyntaxTree Parse(string text, string path) => CSharpSyntaxTree.ParseText(text, Options, path);

    private static string Sample(string name)
    {
        using var stream = typeof(Keystrokes).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
