namespace CM.Cli.Tests;

/// <summary>Labels on their way from the data to a step, and from a command to the sampler.</summary>
public sealed class ClassesTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void A_step_gets_the_labels_of_its_data()
    {
        Run(0, "train", "Grey", "--steps", "5", "--batch", "7", "--out", scratch["a"]);
        Run(0, "train", "Grey", "--dry-run").ShouldContain("2 steps of 2");
    }

    [Fact]
    public void Samples_are_made_by_class()
    {
        Run(0, "train", "Grey", "--steps", "1", "--out", scratch["a"]);
        Levels(Path.Combine(scratch["a"], "samples", "step-000001.png"), across: 4, down: 6)
            .ShouldBe([.. Row(0, 8), .. Row(1, 8), .. Row(2, 8)]);
        Levels(Sampled(), across: 4, down: 6).ShouldBe([.. Row(0, 8), .. Row(1, 8), .. Row(2, 8)]);
        Levels(Sampled("--class", "2"), across: 8, down: 8).ShouldAllBe(level => level == 255);
        Levels(Sampled("--classes", "2,0", "--count", "8"), across: 2, down: 4).ShouldBe([.. Row(2, 4), .. Row(0, 4)]);
        Levels(Sampled("--count", "4"), across: 2, down: 2).ShouldBe([.. Row(0, 2), .. Row(1, 1), .. Row(2, 1)]);
    }

    [Theory]
    [InlineData("3", "--classes 3: '3' is no class of Grey; they are numbered from 0 to 2, write such as 0,1,2.")]
    [InlineData("1,-1", "--classes 1,-1: '-1' is no class of Grey;")]
    [InlineData("", "--classes : '' is no class of Grey;")]
    public void Classes_are_checked(string classes, string message)
    {
        Run(0, "train", "Grey", "--steps", "1", "--out", scratch["a"]);
        Run(2, "sample", scratch["a"], "--classes", classes).ShouldContain(message);
        Run(0, "train", "Tiny", "--steps", "1", "--out", scratch["b"]);
        Run(2, "sample", scratch["b"], "--class", "1").ShouldContain("--classes 1: Tiny takes no labels; leave it out.");
    }

    private string Sampled(params string[] options)
    {
        var path = scratch[Guid.NewGuid() + ".png"];
        Run(0, ["sample", scratch["a"], "--out", path, .. options]);
        return path;
    }

    private static byte[] Row(int label, int count) => [.. Enumerable.Repeat(new byte[] { 0, 128, 255 }[label], count)];

    // The level in the middle of every image.
    private static byte[] Levels(string path, int across, int down)
    {
        const int side = 98;
        var picture = ImageFile.Read(File.ReadAllBytes(path), path);
        (picture.Width, picture.Height).ShouldBe((across * side + 2, down * side + 2));
        return
        [
            .. from y in Enumerable.Range(0, down)
               from x in Enumerable.Range(0, across)
               select picture.Pixels[4 * ((50 + y * side) * picture.Width + 50 + x * side)],
        ];
    }

    private static string Run(int code, params string[] arguments)
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        CommandLine.Run(arguments, new Registry([Grey.Experiment, Tiny.Experiment], [Tiny.Network]), output, errors)
            .ShouldBe(code, output + "\n" + errors);
        return $"{output}{errors}";
    }
}
