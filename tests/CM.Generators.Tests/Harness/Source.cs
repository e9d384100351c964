using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace CM.Generators.Tests;

/// <summary>
/// Declarations under test. Every test that generates also compiles the result, runs the generators a second time on an unchanged
/// compilation and demands that nothing was done again, and proves that no Roslyn object hides in what is cached.
/// </summary>
internal static class Source
{
    private const string Preamble = """
        using CM.Dsl;
        using static System.Math;
        namespace Test;

        """;

    private static readonly ImmutableArray<MetadataReference> References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("CM.Generators", StringComparison.Ordinal))
            .Select(path => (MetadataReference)MetadataReference.CreateFromFile(path))];

    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Preview);

    /// <summary>How much of <see cref="Compile"/>'s text stands before the source.</summary>
    public static int PreambleLength(string source) => source.Contains("namespace ") ? 0 : Preamble.Length;

    public static CSharpCompilation Compile(params string[] sources) =>
        CSharpCompilation.Create("Declared",
            sources.Select((text, i) => CSharpSyntaxTree.ParseText(text.Contains("namespace ") ? text : Preamble + text, ParseOptions, $"Declared{i}.cs")),
            References, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));

    /// <summary>The generated files by hint name.</summary>
    /// <param name="source">Declarations; without a namespace they get <c>using CM.Dsl</c> and <c>namespace Test</c>.</param>
    /// <param name="compiles">Whether declarations and generated code must compile together.</param>
    public static SortedDictionary<string, string> Generate(string source, bool compiles = true) => Generate([source], out _, compiles);

    public static SortedDictionary<string, string> Generate(string source, out Compilation output) => Generate([source], out output);

    public static SortedDictionary<string, string> Generate(string[] sources) => Generate(sources, out _);

    /// <summary>The generated files of an assembly with a name of its own, which may refer to others.</summary>
    public static SortedDictionary<string, string> Generate(string assembly, string[] sources, out Compilation output, params MetadataReference[] references) =>
        Generate(Compile(sources).WithAssemblyName(assembly).AddReferences(references), out output);

    private static SortedDictionary<string, string> Generate(string[] sources, out Compilation output, bool compiles = true) => Generate(Compile(sources), out output, compiles);

    private static SortedDictionary<string, string> Generate(CSharpCompilation compilation, out Compilation output, bool compiles = true)
    {
        var driver = NewDriver().RunGeneratorsAndUpdateCompilation(compilation, out output, out var complaints);
        complaints.ShouldBeEmpty("errors come from analyzers, never from the generator");
        if (compiles)
            output.GetDiagnostics().Where(d => d.Severity >= DiagnosticSeverity.Warning && !Expected(d)).ShouldBeEmpty();

        Caching.ShouldDoNothingAgain(driver, compilation);
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in driver.GetRunResult().Results.SelectMany(result => result.GeneratedSources))
            files.Add(file.HintName, file.SourceText.ToString());
        return files;
    }

    /// <summary>What our analyzers say, one line each: <c>CM2001 at 'Out': message</c>, in source order.</summary>
    public static string[] Diagnose(string source) =>
        [.. Findings(source).Select(d => $"{d.Id} at '{d.Location.SourceTree!.GetText().ToString(d.Location.SourceSpan)}': {d.GetMessage()}")];

    public static IReadOnlyList<Diagnostic> Findings(params string[] sources)
    {
        NewDriver().RunGeneratorsAndUpdateCompilation(Compile(sources), out var output, out _);
        return [.. output.WithAnalyzers(Analyzers()).GetAnalyzerDiagnosticsAsync().GetAwaiter().GetResult()
            .Where(d => d.Id.StartsWith("CM", StringComparison.Ordinal) || d.Id == "AD0001")
            .OrderBy(d => d.Location.SourceSpan.Start)];
    }

    public static GeneratorDriver NewDriver(bool tracks = true) => CSharpGeneratorDriver.Create(
        Generators().Select(generator => generator.AsSourceGenerator()), parseOptions: ParseOptions,
        driverOptions: new GeneratorDriverOptions(default, trackIncrementalGeneratorSteps: tracks));

    private static IEnumerable<IIncrementalGenerator> Generators() => Made<IIncrementalGenerator>();

    public static ImmutableArray<DiagnosticAnalyzer> Analyzers() => [.. Made<DiagnosticAnalyzer>()];

    private static IEnumerable<T> Made<T>() =>
        typeof(Diagnostics.Rules).Assembly.GetTypes().Where(type => typeof(T).IsAssignableFrom(type) && !type.IsAbstract)
            .Select(type => (T)Activator.CreateInstance(type, nonPublic: true)!);

    // A declaration's Forward and Couple are read, not called; a library without a Main has nothing to complain about.
    private static bool Expected(Diagnostic d) => d.Id is "CS1701" or "CS1702";
}
