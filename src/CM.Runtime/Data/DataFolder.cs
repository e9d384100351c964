namespace CM.Runtime;

/// <summary>
/// Search path of data files: <c>--data</c>, else <c>DSLCM_DATA</c>, else <c>data</c> of the current folder
/// and those above it.
/// </summary>
internal static class DataFolder
{
    public const string Variable = "DSLCM_DATA";

    /// <summary>Finds a file or folder in the data folder or up to two folders further down.</summary>
    /// <param name="given">The data folder, where the user named one.</param>
    /// <param name="names">Acceptable names, best first; names of folders end in a slash.</param>
    /// <exception cref="UserError">There is none of them.</exception>
    public static string Find(string? given, params string[] names)
    {
        var folders = Candidates(given);
        return folders.Select(folder => FindIn(folder, names, depth: 2)).FirstOrDefault(path => path is not null)
            ?? throw new UserError($"No data: {string.Join(" or ", names.Select(name => name.TrimEnd('/')))} is not in "
                + $"{Describe(folders)}; name its folder with --data DIR or {Variable}=DIR.");
    }

    /// <summary>The folders that are looked through.</summary>
    /// <exception cref="UserError">The folder that the user named does not exist.</exception>
    public static IReadOnlyList<string> Candidates(string? given)
    {
        if (given is not null)
            return [Existing(given, "--data")];
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } variable)
            return [Existing(variable, Variable)];

        var folders = new List<string>();
        for (var folder = new DirectoryInfo(Environment.CurrentDirectory); folder is not null; folder = folder.Parent)
            if (Path.Combine(folder.FullName, "data") is var inside && Directory.Exists(inside))
                folders.Add(inside);
        return folders;
    }

    private static string Existing(string folder, string source) =>
        Directory.Exists(folder) ? folder : throw new UserError($"No data: {source} names the folder '{folder}', which does not exist.");

    private static string? FindIn(string folder, string[] names, int depth)
    {
        if (IsOfAnotherSet(folder, names[0]))
            return null;
        foreach (var name in names)
            if (Path.Combine(folder, name) is var path && (name.EndsWith('/') ? Directory.Exists(path) : File.Exists(path)))
                return path.TrimEnd('/');
        if (depth == 0)
            return null;
        return Directory.EnumerateDirectories(folder, "*", new EnumerationOptions { IgnoreInaccessible = true })
            .Order(StringComparer.Ordinal)
            .Select(inner => FindIn(inner, names, depth - 1))
            .FirstOrDefault(path => path is not null);
    }

    /// <summary>The files of Fashion-MNIST have the names of MNIST's; whoever wants them names the folder.</summary>
    private static bool IsOfAnotherSet(string folder, string name) =>
        Path.GetFileName(folder) == "fashion-mnist" && !name.StartsWith("fashion-mnist", StringComparison.Ordinal);

    private static string Describe(IReadOnlyList<string> folders) =>
        folders.Count == 0 ? "any 'data' folder here or above" : string.Join(", ", folders);
}
