namespace CM.Generators.Tests;

/// <summary>
/// Compares text with a file, <c>Snapshots/NAME.verified.cs</c>, the layout of Verify. <c>ACCEPT_SNAPSHOTS=1</c> writes what came out.
/// </summary>
internal static class Snapshot
{
    public static Task Match(string text, string name)
    {
        var verified = Path.Combine(Repository.Root, "tests", "CM.Generators.Tests", "Snapshots", name + ".verified.cs");
        text = text.ReplaceLineEndings("\n");
        if (Environment.GetEnvironmentVariable("ACCEPT_SNAPSHOTS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(verified)!);
            File.WriteAllText(verified, text);
            return Task.CompletedTask;
        }

        File.Exists(verified).ShouldBeTrue($"There is no {verified}. Run the tests once with ACCEPT_SNAPSHOTS=1 and read what it wrote.");
        var expected = File.ReadAllText(verified).ReplaceLineEndings("\n").Split('\n');
        var actual = text.Split('\n');
        for (var i = 0; i < Math.Max(expected.Length, actual.Length); i++)
        {
            var (want, got) = (i < expected.Length ? expected[i] : "(end)", i < actual.Length ? actual[i] : "(end)");
            got.ShouldBe(want, $"line {i + 1} of {Path.GetFileName(verified)}; ACCEPT_SNAPSHOTS=1 accepts the new text");
        }

        return Task.CompletedTask;
    }
}
