namespace CM.Cli;

/// <summary>Guesses which name was meant.</summary>
internal static class Nearest
{
    /// <summary>The name with the fewest changes to what was written, upper and lower case alike.</summary>
    public static string To(string written, IEnumerable<string> names) =>
        names.MinBy(name => Changes(written.ToLowerInvariant(), name.ToLowerInvariant()))!;

    /// <summary>Number of letters that must be put in, taken out or replaced (Levenshtein 1966).</summary>
    private static int Changes(string from, string to)
    {
        var previous = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var current = new int[to.Length + 1];
            current[0] = i;
            for (var j = 1; j <= to.Length; j++)
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1));
            previous = current;
        }
        return previous[^1];
    }
}
