using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace CM.Runtime.Tests;

public partial class ReliabilityPageTests
{
    [Fact]
    public void Every_test_that_the_page_names_is_there()
    {
        var tests = Path.GetFullPath(Path.Combine(Folder(), ".."));
        var sources = Directory.EnumerateFiles(tests, "*Tests.cs", SearchOption.AllDirectories).GroupBy(Path.GetFileNameWithoutExtension)
            .ToDictionary(same => same.Key!, same => string.Concat(same.Select(File.ReadAllText)));
        var named = Name().Matches(File.ReadAllText(Path.Combine(tests, "..", "docs", "reliability.md")));
        named.Count.ShouldBeGreaterThan(30);
        foreach (Match test in named)
            sources.GetValueOrDefault(test.Groups[1].Value, "").ShouldContain($" {test.Groups[2].Value}(", customMessage: test.Value);
    }

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    [GeneratedRegex(@"`(\w+Tests)\.(\w+)`")]
    private static partial Regex Name();
}
