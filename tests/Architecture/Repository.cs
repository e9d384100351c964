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
        Accept(path, text);
        File.Exists(path).ShouldBeTrue($"there is no {file}; ACCEPT_SNAPSHOTS=1 writes it");
        Lines(Read(path)).ShouldBe(Lines(text), $"{file}; ACCEPT_SNAPSHOTS=1 accepts the new text");
    }

    /// <summary>Compares what stands between <c>&lt;!-- name --&gt;</c> and <c>&lt;!-- /name --&gt;</c>.</summary>
    public static void MatchBetween(string file, string name, string text)
    {
        var path = Path.Combine(Root, file);
        var (page, begin, end) = (Read(path), $"<!-- {name} -->\n", $"<!-- /{name} -->");
        var (from, to) = (page.IndexOf(begin, StringComparison.Ordinal) + begin.Length, page.IndexOf(end, StringComparison.Ordinal));
        (from >= begin.Length && to >= from).ShouldBeTrue($"{file} has no {begin.Trim()} … {end}");
        Accept(path, page[..from] + text + page[to..]);
        page = Read(path);
        Lines(page[from..page.IndexOf(end, StringComparison.Ordinal)]).ShouldBe(Lines(text), $"{file}; ACCEPT_SNAPSHOTS=1 accepts the new text");
    }

    private static void Accept(string path, string text)
    {
        if (Environment.GetEnvironmentVariable("ACCEPT_SNAPSHOTS") == "1")
            File.WriteAllText(path, text);
    }

    private static string Read(string path) => File.ReadAllText(path).ReplaceLineEndings("\n");

    private static string[] Lines(string text) => text.Split('\n');

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
