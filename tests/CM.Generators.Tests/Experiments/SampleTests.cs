namespace CM.Generators.Tests;

/// <summary>The code checked in under samples/*/Generated is what the generator writes now; ACCEPT_SNAPSHOTS=1 writes it.</summary>
public sealed class SampleTests
{
    public static TheoryData<string> Samples => [.. Directory.GetDirectories(Path.Combine(Repository.Root, "samples")).Select(folder => Path.GetFileName(folder)!).Where(name => name != "All")];

    [Theory, MemberData(nameof(Samples))]
    public void Generated_code_is_current(string sample)
    {
        var folder = Path.Combine(Repository.Root, "samples", sample);
        string[] sources = [.. Directory.GetFiles(folder, "*.cs").Where(path => Path.GetFileName(path) != "Program.cs").Order(StringComparer.Ordinal).Select(File.ReadAllText)];
        var files = Source.Generate(sources).Where(file => file.Key.Contains('/')).ToDictionary();
        var generated = Path.Combine(folder, "Generated");
        if (Environment.GetEnvironmentVariable("ACCEPT_SNAPSHOTS") == "1")
        {
            if (Directory.Exists(generated))
                Directory.Delete(generated, recursive: true);
            foreach (var (hint, text) in files)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(generated, hint))!);
                File.WriteAllText(Path.Combine(generated, hint), text);
            }
        }

        Directory.GetFiles(generated, "*.cs", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(generated, path)).ShouldBe(files.Keys, ignoreOrder: true);
        foreach (var (hint, text) in files)
            File.ReadAllText(Path.Combine(generated, hint)).ReplaceLineEndings("\n").ShouldBe(text, $"{hint}; ACCEPT_SNAPSHOTS=1 accepts the new text");
        Source.Findings(sources).ShouldBeEmpty();
    }
}
