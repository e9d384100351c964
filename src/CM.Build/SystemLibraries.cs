namespace CM.Build;

/// <summary>The places where the loader looks for shared libraries of x86-64.</summary>
internal static class SystemLibraries
{
    private static readonly string[] Standard = ["/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib"];

    /// <summary>Every file of this name in the system's folders and LD_LIBRARY_PATH; a program may start with or without that.</summary>
    public static IReadOnlyList<string> Find(string name) =>
    [
        .. (Environment.GetEnvironmentVariable("LD_LIBRARY_PATH") ?? "").Split([':', ';'], StringSplitOptions.RemoveEmptyEntries)
            .Concat(Standard).Select(folder => Path.Combine(folder, name)).Where(File.Exists),
    ];
}
