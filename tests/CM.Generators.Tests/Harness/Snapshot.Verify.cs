namespace CM.Generators.Tests;

/// <summary>The same comparison made by Verify; chosen with <c>-p:UseVerify=true</c>.</summary>
internal static class Snapshot
{
    public static Task Match(string text, string name) =>
        VerifyXunit.Verifier.Verify(text, "cs").UseDirectory(Path.Combine(Repository.Root, "tests", "CM.Generators.Tests", "Snapshots")).UseFileName(name);
}
