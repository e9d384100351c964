using System.IO.Compression;
using System.Text;
using CM.Dsl;

namespace CM.Runtime.Tests;

/// <summary>Sets of pictures as people pack them.</summary>
public sealed class PictureSetTests : IDisposable
{
    private static readonly byte[] Png = Written();
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Theory, InlineData(true), InlineData(false)]
    public void Files_that_operating_systems_leave_behind_are_left_out_and_counted(bool zipped)
    {
        var set = Put(zipped,
            "cat/1.png", "dog/1.png", "notes.txt", ".DS_Store", "cat/.DS_Store", "__MACOSX/cat/._1.png", "dog/._1.png",
            "cat/Thumbs.db", "dog/desktop.ini",
            "cat/.ipynb_checkpoints/1-checkpoint.png", ".thumbnails/cat/1.png", "dog/.hidden.jpg");
        Names(set).ShouldBe(["cat/1.png", "dog/1.png"]);
        set.ClassFolders.ShouldBe(["cat", "dog"]);
        set.LeftOut.ShouldBe("left out: 4 .png, 2 .DS_Store, 1 .db, 1 .ini, 1 .jpg that macOS, "
            + "Windows or notebooks left behind; 1 .txt, no pictures");
        Put(zipped, "cat/1.png", "dog/1.png").LeftOut.ShouldBeNull();
    }

    [Theory]
    [InlineData("faces/cat/1.png faces/dog/1.png", "cat/1.png dog/1.png")]
    [InlineData("faces/all/cat/1.png faces/all/dog/1.png README", "cat/1.png dog/1.png")]
    [InlineData("faces/cat/1.png faces/cat/2.png", "cat/1.png cat/2.png")]
    [InlineData("cat/1.png", "cat/1.png")]
    [InlineData("cat/a/1.png cat/b/1.png dog/1.png", "cat/a/1.png cat/b/1.png dog/1.png")]
    [InlineData("1.png 2.png", "1.png 2.png")]
    [InlineData("faces/cat/1.png faces/1.png", "faces/cat/1.png faces/1.png")]
    public void Common_top_folders_are_taken_off(string files, string names)
    {
        foreach (var zipped in (bool[])[true, false])
            Names(Put(zipped, files.Split(' '))).ShouldBe(names.Split(' '), ignoreOrder: true);
    }

    [Theory]
    [InlineData("faces/dataset.json", "cat/1.png", "dog/1.png")]
    [InlineData("dataset.json", "faces/cat/1.png", "faces/dog/1.png")]
    [InlineData("faces/dataset.json", "faces/cat/1.png", "faces/dog/1.png")]
    [InlineData("faces/dataset.json", @"cat\1.png", @"dog\1.png")]
    public void Labels_are_found_in_the_top_folder(string file, string first, string second)
    {
        var labels = Encoding.UTF8.GetBytes($$"""{"labels": [["{{first.Replace("\\", "\\\\")}}", 1], ["{{second.Replace("\\", "\\\\")}}", 0]]}""");
        scratch.Write("faces.zip", Zip(("faces/cat/1.png", Png), ("faces/dog/1.png", Png), (file, labels)));
        using (var faces = FileSet.Open(scratch["faces.zip"]))
        {
            var read = PictureLabels.Read(PictureSet.Find(faces));
            read.Values.ShouldBe([1, 0]);
            read.Description.ShouldStartWith("2 classes by dataset.json: 0 ");
        }
        Preparation.Run(scratch["faces.zip"], scratch["small.zip"], 2, default, null, (_, _) => { });
        using var small = FileSet.Open(scratch["small.zip"]);
        small.Read("dataset.json").ShouldBe(labels);
        PictureLabels.Read(PictureSet.Find(small)).Values.ShouldBe([1, 0]);
    }

    [Theory]
    [InlineData("train/cat/1.png train/dog/1.png val/cat/1.png", "train, val", "train", "cat/1.png dog/1.png")]
    [InlineData(
        "set/Training/cat/1.png set/Training/dog/1.png set/Testing/cat/1.png", "Testing, Training", "training", "cat/1.png dog/1.png")]
    [InlineData("cat/train/1.png cat/test/1.png dog/train/1.png", "test, train", "train", "cat/1.png dog/1.png")]
    [InlineData("train/1.png validation/1.png extra/1.png", "extra, train, validation", "extra", "1.png")]
    [InlineData("train2017/cat/1.png train2017/dog/1.png val2017/cat/1.png", "train2017, val2017", "train2017", "cat/1.png dog/1.png")]
    [InlineData(
        "test_images/cat/1.png train_images/cat/1.png train_images/dog/1.png", "test_images, train_images", "train_images",
        "cat/1.png dog/1.png")]
    public void Splits_are_no_classes(string files, string splits, string split, string names)
    {
        var fault = Should.Throw<UserError>(() => Put(true, files.Split(' '))).Message;
        fault.ShouldContain($"its folders {splits} are splits, not classes; take one with: ");
        fault.ShouldContain($"--split {splits.Split(',')[0]}");
        using var zip = FileSet.Open(scratch["faces.zip"]);
        var set = PictureSet.Find(zip, split);
        Names(set).ShouldBe(names.Split(' '));
        set.LeftOut.ShouldBe($"left out: {files.Split(' ').Length - names.Split(' ').Length} pictures outside {split}");
        Should.Throw<UserError>(() => PictureSet.Find(zip, "nothing")).Message
            .ShouldStartWith($"--split nothing: {scratch["faces.zip"]} has no such folder; there are: ");
    }

    [Theory]
    [InlineData("bus/1.png", "car/1.png", "train/1.png")]
    [InlineData("train/1.png", "training shoe/1.png", "tram/1.png")]
    [InlineData("cat/train/1.png", "cat/test/1.png", "dog/1.png", "dog/outdoors/1.png")]
    public void Classes_may_have_names_of_splits(params string[] files) =>
        Names(Put(true, files)).ShouldBe(files.Order(StringComparer.Ordinal));

    [Fact]
    public void One_split_alone_is_a_common_folder()
    {
        Names(Put(true, "train/cat/1.png", "train/dog/1.png")).ShouldBe(["cat/1.png", "dog/1.png"]);
        using var zip = FileSet.Open(scratch["faces.zip"]);
        Names(PictureSet.Find(zip, "train")).ShouldBe(["cat/1.png", "dog/1.png"]);
        Should.Throw<UserError>(() => PictureSet.Find(zip, "val")).Message.ShouldContain("there are: cat, dog.");
    }

    [Fact]
    public void Pictures_that_are_not_read_are_refused_with_counts() =>
        Should.Throw<UserError>(() => Put(true, "cat/1.png", "cat/2.tiff", "dog/1.AVIF", "dog/2.avif")).Message.ShouldStartWith(
            $"{scratch["faces.zip"]}: 2 .AVIF, 1 .tiff cannot be read, such as cat/2.tiff; convert them to PNG, "
                + "for instance with: mogrify -format png *.tiff");

    [Fact]
    public void Names_of_zip_files_are_read_as_they_were_meant()
    {
        Names(Put(true, @"cat\1.png", @"dog\1.png", "./emu/1.png")).ShouldBe(["cat/1.png", "dog/1.png", "emu/1.png"]);
        // code page 437, and UTF-8 without its flag
        foreach (var (inFile, name) in ((byte[], string)[])[([0x63, 0x61, 0x66, 0x82], "café"), ([0xC3, 0xBC], "ü")])
        {
            scratch.Write("faces.zip", WithName(inFile));
            using var files = FileSet.Open(scratch["faces.zip"]);
            files.Names.ShouldBe([$"{name}/1.png"]);
            files.Read($"{name}/1.png").ShouldBe(Png);
        }
    }

    [Fact]
    public void Classes_are_numbered_by_their_names_and_as_many_as_declared()
    {
        Put(true, "a-b/1.png", "a/1.png", "note.txt");
        var plan = Tiny.Plan with { Data = new Faces(), DataShape = [1, 1, 2], Classes = 2 };
        var told = new List<string>();
        var examples = (ILabelledExamples)Examples.Open(plan, scratch.Path, told.Add);
        ((int[])[examples.Label(0), examples.Label(1)]).ShouldBe([1, 0]); // a-b/1.png comes before a/1.png, but a before a-b
        told.ShouldBe([
            $"{scratch["faces.zip"]}: left out: 1 .txt, no pictures",
            $"{scratch["faces.zip"]}: 2 classes by folder: 0 a, 1 a-b"]);
        foreach (var classes in (int[])[1, 10])
            Should.Throw<UserError>(() => Examples.Open(plan with { Classes = classes }, scratch.Path)).Message
                .ShouldBe($"{scratch["faces.zip"]}: 2 classes by folder: 0 a, 1 a-b, but Faces declares {classes}; declare [Classes(2)], "
                    + "or give every class a folder with its pictures.");
    }

    /// <summary>A zip file with one picture in a folder whose name has these bytes, and no flag.</summary>
    private static byte[] WithName(byte[] folder)
    {
        var bytes = Zip((new string('x', folder.Length) + "/1.png", Png));
        for (var place = 0; (place = bytes.AsSpan(place).IndexOf([.. Enumerable.Repeat((byte)'x', folder.Length), (byte)'/']) is var next and >= 0 ? place + next : -1) >= 0;)
            folder.CopyTo(bytes.AsSpan(place));
        return bytes;
    }

    private static IEnumerable<string> Names(PictureSet set) => set.Pictures.Select(picture => picture.Name);

    private PictureSet Put(bool zipped, params string[] files)
    {
        var contents = files.Select(file => (file, file.EndsWith(".png", StringComparison.Ordinal) ? Png : [1])).ToArray();
        if (zipped)
        {
            scratch.Write("faces.zip", Zip(contents));
            using var zip = FileSet.Open(scratch["faces.zip"]);
            return PictureSet.Find(zip);
        }
        if (Directory.Exists(scratch["faces"]))
            Directory.Delete(scratch["faces"], recursive: true);
        foreach (var (name, bytes) in contents)
            scratch.Write("faces/" + name, bytes);
        return PictureSet.Find(FileSet.Open(scratch["faces"]));
    }

    private static byte[] Zip(params (string Name, byte[] Bytes)[] files)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create))
            foreach (var file in files)
                using (var entry = zip.CreateEntry(file.Name).Open())
                    entry.Write(file.Bytes);
        return bytes.ToArray();
    }

    private static byte[] Written() => new PngFile(2, 1, 8, PngColour.Grey, [100, 200]).ToBytes();

    private sealed record Faces() : PngImages("faces");
}
