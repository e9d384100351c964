using System.Runtime.CompilerServices;

namespace CM.Generators.Tests;

/// <summary>Where the repository lies, from where this file was compiled.</summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Here(), "..", "..", ".."));

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
