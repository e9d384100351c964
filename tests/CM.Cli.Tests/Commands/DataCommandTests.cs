namespace CM.Cli.Tests;

/// <summary><c>data prepare</c>.</summary>
public sealed class DataCommandTests : CommandFixture
{
    [Fact]
    public void Pictures_are_prepared_under_their_names_with_their_labels()
    {
        var labels = """{"labels": [["a/1.png", 0], ["b/2.png", 1]]}"""u8.ToArray();
        Scratch.Write("raw/dataset.json", labels);
        (string, int, int, PngColour)[] pictures = [("a/1.png", 9, 7, PngColour.Rgb), ("b/2.png", 20, 30, PngColour.Grey)];
        foreach (var (name, width, height, colour) in pictures)
        {
            var levels = Enumerable.Repeat(colour == PngColour.Rgb ? (byte[])[10, 77, 200] : [77], width * height)
                .SelectMany(pixel => pixel);
            Scratch.Write("raw/" + name, new PngFile(width, height, 8, colour, [.. levels]).ToBytes());
        }
        var json = Json("data", "prepare", Scratch["raw"], Scratch["small.zip"], "--size", "4", "--filter", "area", "--json");
        (json.GetProperty("pictures").GetInt32(), json.GetProperty("size").GetInt32()).ShouldBe((2, 4));
        var files = FileSet.Open(Scratch["small.zip"]);
        files.Names.ShouldBe(["a/1.png", "b/2.png", "dataset.json"]);
        files.Read("dataset.json").ShouldBe(labels);
        ImageFile.Read(files.Read("a/1.png"), "1").Pixels
            .ShouldBe(Enumerable.Repeat((byte[])[10, 77, 200, 255], 16).SelectMany(pixel => pixel));
        ImageFile.ReadHeader(files.Read("b/2.png"), "2").ShouldBe(new ImageHeader(4, 4, IsGrey: true));
        Good("data", "prepare", Scratch["raw"], Scratch["again.zip"], "--size", "4", "--filter", "area")
            .ShouldContain("again.zip: 2 pictures of 4×4");
        File.ReadAllBytes(Scratch["again.zip"]).ShouldBe(File.ReadAllBytes(Scratch["small.zip"]));
        Bad(2, "data", "prepare", Scratch["raw"], Scratch["small.zip"], "--size", "4").ShouldContain("is there already");
        Scratch.Write("raw/c.png", [1, 2, 3]);
        Bad(2, "data", "prepare", Scratch["raw"], Scratch["x.zip"], "--size", "4").ShouldContain("c.png: no image file");
        File.Exists(Scratch["x.zip"]).ShouldBeFalse();
    }

    [Fact]
    public void Of_a_set_with_splits_one_is_prepared_and_told_of()
    {
        foreach (var name in (string[])["train/cat/1.png", "train/dog/1.png", "val/cat/1.png", "train/cat/._1.png", "train/list.csv"])
            Scratch.Write("raw/" + name, new PngFile(1, 1, 8, PngColour.Grey, [5]).ToBytes());
        Bad(2, "data", "prepare", Scratch["raw"], Scratch["x.zip"], "--size", "2")
            .ShouldContain("its folders train, val are splits, not classes;");
        string[] prepare = ["data", "prepare", Scratch["raw"], "OUT.zip", "--size", "2", "--split", "train"];
        var json = Json([.. prepare.Select(word => word == "OUT.zip" ? Scratch["a.zip"] : word), "--json"]);
        json.GetProperty("pictures").GetInt32().ShouldBe(2);
        json.GetProperty("classes").EnumerateArray().Select(each => each.GetString()).ShouldBe(["cat", "dog"]);
        const string leftOut = "left out: 1 .png that macOS, Windows or notebooks left behind; 1 .csv, "
            + "no pictures; 1 pictures outside train";
        json.GetProperty("left_out").GetString().ShouldBe(leftOut);
        var lines = Good([.. prepare.Select(word => word == "OUT.zip" ? Scratch["b.zip"] : word)]).Split('\n');
        lines[0].ShouldStartWith($"{Scratch["b.zip"]}: 2 pictures of 2×2, ");
        lines[1..].ShouldBe(["2 classes by folder: 0 cat, 1 dog", leftOut]);
        using var files = FileSet.Open(Scratch["b.zip"]);
        files.Names.ShouldBe(["cat/1.png", "dog/1.png"]);
    }

    [Fact]
    public void Pictures_of_other_formats_become_PNG_and_so_do_their_names_in_the_labels()
    {
        byte[] bmp =
        [
            .. "BM"u8, 58, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 24, 0, .. new byte[24],
            9, 99, 199, 0,
        ];
        Scratch.Write("raw/a/1.bmp", bmp);
        Scratch.Write("raw/b/2.PNG", new PngFile(1, 1, 8, PngColour.Grey, [5]).ToBytes());
        Scratch.Write("raw/dataset.json", """{"labels": [["a/1.bmp", 1], ["b/2.PNG", 0]]}"""u8.ToArray());
        Good("data", "prepare", Scratch["raw"], Scratch["small.zip"], "--size", "2").ShouldContain("small.zip: 2 pictures of 2×2");
        var files = FileSet.Open(Scratch["small.zip"]);
        files.Names.ShouldBe(["a/1.png", "b/2.png", "dataset.json"]);
        ImageFile.Read(files.Read("a/1.png"), "1").Pixels
            .ShouldBe(Enumerable.Repeat((byte[])[199, 99, 9, 255], 4).SelectMany(pixel => pixel));
        System.Text.Encoding.UTF8.GetString(files.Read("dataset.json")).ShouldBe("""{"labels":[["a/1.png",1],["b/2.png",0]]}""");

        Scratch.Write("raw/a/1.png", new PngFile(1, 1, 8, PngColour.Grey, [5]).ToBytes());
        Bad(2, "data", "prepare", Scratch["raw"], Scratch["x.zip"], "--size", "2")
            .ShouldContain("a/1.bmp and a/1.png would both become a/1.png; rename one");
        Scratch.Write("raw/a/1.png", [1]);
        Scratch.Write("raw/a/3.tiff", [1]);
        Bad(2, "data", "prepare", Scratch["raw"], Scratch["x.zip"], "--size", "2")
            .ShouldContain("1 .tiff cannot be read, such as a/3.tiff; convert them to PNG");
    }
}
