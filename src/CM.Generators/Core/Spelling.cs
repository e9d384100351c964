namespace CM.Generators.Core;

/// <summary>Finds the name that was probably meant.</summary>
internal static class Spelling
{
    /// <summary>A sentence with a space before it; empty where no name is near.</summary>
    public static string Hint(string name, IEnumerable<string> names)
    {
        var nearest = names.Select(each => (each, Distance(name, each)))
            .Where(pair => pair.Item2 < name.Length && pair.Item2 <= Math.Max(2, name.Length / 3))
            .OrderBy(pair => pair.Item2).FirstOrDefault().each;
        return nearest is null ? "" : $" Did you mean '{nearest}'?";
    }

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var (corner, left) = (row[0], i);
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                left = Math.Min(Math.Min(row[j], left) + 1, corner + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1));
                (corner, row[j]) = (row[j], left);
            }
        }

        return row[b.Length];
    }
}
