namespace CM.Generators.Core;

/// <summary>Names in a piece of generated code.</summary>
/// <param name="reserved">Names that are taken from the beginning.</param>
internal sealed class NameTable(IEnumerable<string> reserved)
{
    private readonly HashSet<string> taken = [.. reserved];

    public bool Contains(string name) => taken.Contains(name);

    /// <summary>Takes a name, or the first that is free with a number behind it.</summary>
    /// <param name="wanted">The name.</param>
    public string Take(string wanted)
    {
        var free = wanted;
        for (var i = 2; !taken.Add(free); i++)
            free = wanted + i;
        return free;
    }

    /// <summary>Takes a name, or one with a word behind it where the name is taken.</summary>
    /// <param name="wanted">The name.</param>
    /// <param name="otherwise">The word.</param>
    public string Take(string wanted, string otherwise) => Take(Contains(wanted) ? wanted + otherwise : wanted);
}
