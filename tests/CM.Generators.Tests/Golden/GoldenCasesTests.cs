using System.Text.Json;
using System.Text.RegularExpressions;

namespace CM.Generators.Tests;

/// <summary>The table of reference cases says the truth.</summary>
public sealed partial class GoldenCasesTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "CM.Generators.Tests", "Golden");

    private static readonly (string[] Cases, string HeldBy)[] Rows = [.. File.ReadLines(Path.Combine(Folder, "CASES.md")).Select(line => Row().Match(line)).Where(row => row.Success)
        .Select(row => (row.Groups[1].Value.Split(", "), row.Groups[2].Value))];

    [Fact]
    public void Every_test_that_is_named_exists()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories).ToDictionary(path => Path.GetFileNameWithoutExtension(path)!, File.ReadAllText);
        foreach (Match test in Named().Matches(File.ReadAllText(Path.Combine(Folder, "CASES.md"))))
        {
            sources.ShouldContainKey(test.Groups[1].Value);
            if (test.Groups[2].Success)
                sources[test.Groups[1].Value].ShouldContain($" {test.Groups[2].Value}(", customMessage: test.Value);
        }
    }

    [Fact]
    public void Every_case_is_named_once()
    {
        var named = Rows.SelectMany(row => row.Cases).ToArray();
        named.ShouldBeUnique();
        foreach (var file in Directory.EnumerateFiles(Folder, "*.json").Select(path => Path.GetFileNameWithoutExtension(path)!).Where(name => name.Contains('_')))
        {
            named.ShouldContain(file[..file.IndexOf('_')]);
            Rows.Single(row => row.Cases.Contains(file[..file.IndexOf('_')])).HeldBy.ShouldNotBe("none yet", file);
        }

        // Where the cases themselves are at hand, beside the repository or above it, none of them is missing here.
        for (var folder = new DirectoryInfo(Repository.Root); folder is not null; folder = folder.Parent)
        {
            var list = Path.Combine(folder.FullName, "shared", "golden", "cases.json");
            if (File.Exists(list))
                JsonDocument.Parse(File.ReadAllText(list)).RootElement.EnumerateArray().Select(each => each.GetProperty("name").GetString()!.Split('_')[0]).ShouldBeSubsetOf(named);
        }
    }

    [GeneratedRegex(@"^\| ([A-Z]\d\d(?:, [A-Z]\d\d)*) \| (.+) \|$")]
    private static partial Regex Row();

    [GeneratedRegex(@"`(\w+Tests)(?:\.(\w+))?`")]
    private static partial Regex Named();
}
