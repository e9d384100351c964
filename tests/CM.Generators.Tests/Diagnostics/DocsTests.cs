using System.Text.RegularExpressions;
using CM.Generators.Diagnostics;
using Microsoft.CodeAnalysis;

namespace CM.Generators.Tests;

/// <summary>
/// Every diagnostic has a page whose failing declaration gives that diagnostic at the marked place, and whose repaired one gives none.
/// </summary>
public sealed partial class DocsTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "docs", "diagnostics");

    public static TheoryData<string> Ids => [.. Rules.All.Keys.Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Ids))]
    public void The_page_tells_the_truth(string id)
    {
        var page = File.ReadAllText(Path.Combine(Folder, id + ".md"));
        page.ShouldStartWith($"# {id}: ");
        var blocks = CodeBlock().Matches(page).Select(match => match.Groups[1].Value).ToArray();
        blocks.Length.ShouldBe(2, "one failing and one repaired declaration");

        var start = blocks[0].IndexOf("[|", StringComparison.Ordinal);
        var end = blocks[0].IndexOf("|]", StringComparison.Ordinal) - 2;
        start.ShouldBeGreaterThanOrEqualTo(0, "the place is marked with [|…|]");
        var findings = Source.Findings(blocks[0].Replace("[|", "").Replace("|]", ""));
        findings.Select(finding => finding.Id).ShouldBe([id], string.Join("\n", findings));
        var offset = Source.PreambleLength(blocks[0]);
        (findings[0].Location.SourceSpan.Start - offset, findings[0].Location.SourceSpan.End - offset).ShouldBe((start, end), findings[0].ToString());
        findings[0].GetMessage().ShouldNotMatch(@"\{\d");
        findings[0].Descriptor.HelpLinkUri.ShouldEndWith($"/docs/diagnostics/{id}.md");

        Source.Findings(blocks[1]).ShouldBeEmpty();
        Source.Generate(blocks[1]);
    }

    [Fact]
    public void Every_page_is_about_a_rule() =>
        Directory.GetFiles(Folder, "CM*.md").Select(Path.GetFileNameWithoutExtension).ShouldBe(Rules.All.Keys, ignoreOrder: true);

    [Fact]
    public void The_recipes_of_the_bases_are_right()
    {
        var blocks = CodeBlock().Matches(File.ReadAllText(Path.Combine(Folder, "..", "recipes", "bases.md"))).Select(match => match.Groups[1].Value).ToArray();
        blocks.Length.ShouldBe(5);
        var source = string.Concat(blocks) + """
            [Network]
            public sealed partial record Denoiser : IDenoiser
            {
                [DdpmPlusPlus(32, 3, 128, ChannelMult = [2, 2, 2])] public partial Layer Unet { get; }

                [return: Shape("B", 3, 32, 32)]
                private Value Forward([Shape("B", 3, 32, 32)] Value x, [Shape("B")] Value level) => (x, level) | Unet;
            }
            """;
        Source.Diagnose(source).ShouldBeEmpty();
        var page = File.ReadAllText(Path.Combine(Folder, "..", "recipes", "bases.md"));
        var files = string.Concat(Source.Generate(source).Values);
        foreach (var line in page.Split('\n').Where(line => line.StartsWith('|')).SelectMany(line => Code().Matches(line.Split('|')[2])).Select(match => match.Groups[1].Value).Where(code => code.Contains('(') && code.Contains('.')))
            files.ShouldContain(line);
    }

    [GeneratedRegex("`([^`]*)`")]
    private static partial Regex Code();

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
