using System.Runtime.CompilerServices;

namespace Architecture;

/// <summary>Files of the repository that are compared with what tests compute; <c>ACCEPT_SNAPSHOTS=1</c> writes them.</summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Here(), "..", ".."));

    /// <summary>Compares a whole file.</summary>
    public static void Match(string file, string text)
    {
        var path = Path.Combine(Root, file);
        if (Environment.GetEnvironmentVariable("ACCEPT_SNAPSHOTS") == "1")
            File.WriteAllText(path, text);
        File.Exists(path).ShouldBeTrue($"there is no {file}; ACCEPT_SNAPSHOTS=1 writes it");
        File.ReadAllText(path).ReplaceLineEndings("\n").ShouldBe(text, $"{file}; ACCEPT_SNAPSHOTS=1 accepts the new text");
    }

    /// <summary>Compares what stands between <c>&lt;!-- name --&gt;</c> and <c>&lt;!-- /name --&gt;</c>.</summary>
    public static void MatchBetween(string file, string name, string text)
    {
        var page = File.ReadAllText(Path.Combine(Root, file)).ReplaceLineEndings("\n");
        var (begin, end) = ($"<!-- {name} -->\n", $"<!-- /{name} -->");
        var (from, to) = (page.IndexOf(begin, StringComparison.Ordinal), page.IndexOf(end, StringComparison.Ordinal));
        (from >= 0 && to > from).ShouldBeTrue($"{file} has no {begin.Trim()} … {end}");
        Match(file, page[..(from + begin.Length)] + text + page[to..]);
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
