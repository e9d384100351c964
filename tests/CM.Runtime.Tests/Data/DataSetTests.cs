using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using CM.Dsl;

namespace CM.Runtime.Tests;

public sealed class DataSetTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Theory, InlineData(true), InlineData(false)]
    public void Cifar_is_read_from_its_folder_and_its_archive(bool packed)
    {
        var batches = Cifar(count: 3);
        foreach (var (name, bytes) in batches)
            scratch.Write(packed ? $"unpacked/{name}" : $"sets/cifar-10-batches-bin/{name}", bytes);
        if (packed)
            scratch.Write("cifar-10-binary.tar.gz", Tar(batches.Select(batch => ($"cifar-10-batches-bin/{batch.Name}", batch.Bytes))));

        var examples = Open(Plan(new Cifar10(), [3, 32, 32], 10)).ShouldBeAssignableTo<ILabelledExamples>()!;
        examples.Count.ShouldBe(15);
        var values = new float[3072];
        for (var i = 0; i < 15; i++)
        {
            var record = batches[i / 3].Bytes.AsSpan(3073 * (i % 3), 3073).ToArray();
            examples.Label(i).ShouldBe(record[0]);
            examples.Read(i, values);
            values.ShouldBe(record[1..].Select(level => (float)(level / 127.5 - 1)));
        }
    }

    [Fact]
    public void Cifar_with_something_missing_or_wrong_is_refused()
    {
        var batches = Cifar(count: 1);
        var plan = Plan(new Cifar10(), [3, 32, 32], 10);
        Fault(plan).ShouldContain("No data: cifar-10-batches-bin or cifar-10-binary.tar.gz is not in");
        foreach (var (name, bytes) in batches[..4])
            scratch.Write($"cifar-10-batches-bin/{name}", bytes);
        Fault(plan).ShouldContain("data_batch_5.bin is missing; fetch it again with: ");
        scratch.Write("cifar-10-batches-bin/data_batch_5.bin", batches[4].Bytes[1..]);
        Fault(plan).ShouldContain("data_batch_5.bin has 3,072 bytes, which is not a whole number of images of 3,073 bytes");
        batches[4].Bytes[0] = 11;
        scratch.Write("cifar-10-batches-bin/data_batch_5.bin", batches[4].Bytes);
        Fault(plan).ShouldContain("example 4 has the label 11, but Cifar10 declares 10 classes");
        Directory.Delete(scratch["cifar-10-batches-bin"], recursive: true);
        var archive = Tar(batches.Select(batch => (batch.Name, batch.Bytes)));
        scratch.Write("cifar-10-binary.tar.gz", archive[..^40]);
        Fault(plan).ShouldContain("cifar-10-binary.tar.gz: ");
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Pictures_come_from_folders_and_zips(bool zipped)
    {
        PngFile[] kinds =
        [
            Picture(PngColour.Rgb, 8, 1), Picture(PngColour.Grey, 8, 2), Picture(PngColour.Rgb, 16, 3), Picture(PngColour.Palette, 4, 4),
            Picture(PngColour.Grey, 1, 5),
        ];
        Put(zipped, [.. kinds.Select((image, i) => ($"0000{i / 2}/img{i}.png", image.ToBytes())), ("readme.txt", [1])]);
        var examples = Open(Plan(new Faces(), [3, 4, 6]));
        examples.Count.ShouldBe(5);
        var values = new float[72];
        for (var i = 0; i < 5; i++)
        {
            examples.Read(i, values);
            var rgba = kinds[i].ToRgba();
            values.ShouldBe(Enumerable.Range(0, 72).Select(place => (float)(rgba[4 * (place % 24) + place / 24] / 127.5 - 1)));
        }
    }

    [Fact]
    public void Grey_levels_may_be_stored_as_colours()
    {
        var levels = Enumerable.Range(0, 24).Select(i => (byte)(10 * i)).ToArray();
        var stored = new PngFile(6, 4, 8, PngColour.Rgb, [.. levels.SelectMany(level => (byte[])[level, level, level])]);
        Put(zipped: true, ("a/1.png", stored.ToBytes()), ("a/2.png", new PngFile(6, 4, 8, PngColour.Grey, levels).ToBytes()));
        Values(Plan(new Faces(), [1, 4, 6])).ShouldBe(levels.Concat(levels).Select(level => (float)(level / 127.5 - 1)));
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Labels_of_pictures_come_from_their_list_or_their_folders(bool zipped)
    {
        var files = Enumerable.Range(0, 4)
            .Select(i => ($"{(i < 3 ? "b" : "a")}/{i}.png", Picture(PngColour.Grey, 8, i).ToBytes())).ToArray();
        var plan = Plan(new Faces(), [1, 4, 6], 2);
        Put(zipped, files); // in the order of names: a/3, b/0, b/1, b/2
        Labels().ShouldBe([0, 1, 1, 1]);
        plan = plan with { Classes = 5 };
        Put(zipped, [.. files, ("dataset.json", """{"labels": [["b/0.png", 4], ["b/1.png", 3], ["b/2.png", 2], ["a/3.png", 1]]}"""u8.ToArray())]);
        Labels().ShouldBe([1, 4, 3, 2]);
        Fault(plan with { Classes = 4 }).ShouldContain("example 1 has the label 4");
        foreach (var (json, message) in ((string, string)[])[
            ("""{"labels": null}""", "\"labels\" are null"), ("""{"labels": [["b/0.png", 4]]}""", "says nothing of a/3.png"),
            ("""{"labels": [4]}""", "not of the form"), ("""{"labels": [["b/0.png", 4.5]]}""", "not of the form"), ("""{"labels": {""", "not of the form"), ("""[]""", "not of the form")])
        {
            Put(zipped, [.. files, ("dataset.json", Encoding.UTF8.GetBytes(json))]);
            Fault(plan).ShouldContain(message);
            Open(plan with { Classes = 0 }).Count.ShouldBe(4);
        }
        Put(zipped, ("x.png", files[0].Item2));
        Fault(plan).ShouldContain("x.png: there is no dataset.json and the picture lies in no folder");

        IEnumerable<int> Labels()
        {
            var examples = Open(plan).ShouldBeAssignableTo<ILabelledExamples>()!;
            return Enumerable.Range(0, examples.Count).Select(examples.Label);
        }
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Pictures_that_are_not_as_declared_are_named(bool zipped)
    {
        var good = ("a/1.png", Picture(PngColour.Rgb, 8, 1).ToBytes());
        var plan = Plan(new Faces(), [3, 4, 6]);
        Put(zipped, ("note.txt", [1]));
        Fault(plan).ShouldContain("there is no image file in it, only 1 .txt; .png, .jpg, .jpeg, .jfif, .webp, .bmp, .gif are read.");
        Put(zipped, good, ("a/2.png", new PngFile(2, 2, 8, PngColour.Grey, new byte[4]).ToBytes()));
        Fault(plan).ShouldContain("a/2.png: 2×2 pixels, but Faces declares [3, 4, 6]; bring all to one size with: ");
        Put(zipped, good);
        Fault(Plan(new Faces(), [1, 4, 6]))
            .ShouldContain("a/1.png: a picture in colour, but Faces declares [1, 4, 6]; declare [Shape(3, 4, 6)]");
        Fault(Plan(new Faces(), [24])).ShouldContain("[Shape(channels, height, width)]");
        Put(zipped, good, ("b/2.tif", [1]), ("b/3.TIF", [1]), ("c.avif", [1]));
        Fault(plan).ShouldContain(": 2 .tif, 1 .avif cannot be read, such as b/2.tif; convert them to PNG, for instance with: "
            + "mogrify -format png *.tif, and take the others away.");
        Put(zipped, good, ("b/2.png", "hello"u8.ToArray()));
        Fault(plan).ShouldContain("b/2.png: no image file that is read here");
        Put(zipped, good, ("b/2.png", new PngFile(6, 4, 8, PngColour.GreyAlpha, new byte[48]).ToBytes()));
        Fault(plan).ShouldContain("b/2.png: has transparent pixels");
        Put(zipped, good, ("b/2.png", good.Item2[..60]));
        Fault(plan).ShouldContain("b/2.png: truncated image file");
        if (zipped)
        {
            var zip = File.ReadAllBytes(scratch["faces.zip"]);
            zip[40] ^= 1;
            scratch.Write("faces.zip", zip);
            Fault(plan).ShouldContain("faces.zip");
        }
    }

    [Fact]
    public void Arrays_of_numpy_are_read()
    {
        var floats = Enumerable.Range(0, 12).Select(i => i / 12f - 0.5f).ToArray();
        scratch.Write("x.npy", Npy("<f4", "6, 2", floats.SelectMany(BitConverter.GetBytes)));
        scratch.Write("y.npy", Npy("<i8", "6,", Enumerable.Range(0, 6).SelectMany(i => BitConverter.GetBytes((long)i))));
        Values(Plan(new Points(), [2])).ShouldBe(floats);
        scratch.Write("x.npy", Npy("<f8", "6, 2", floats.SelectMany(value => BitConverter.GetBytes((double)value)), version: 2));
        Values(Plan(new Points(), [2])).ShouldBe(floats);
        var labelled = Open(Plan(new Points(), [2], 6)).ShouldBeAssignableTo<ILabelledExamples>()!;
        Enumerable.Range(0, 6).Select(labelled.Label).ShouldBe([0, 1, 2, 3, 4, 5]);

        Zip("set.npz", ("x.npy", Npy("|u1", "2, 1, 2, 3", Enumerable.Range(0, 12).Select(i => (byte)(20 * i)))), ("y.npy", Npy("|u1", "2,", [1, 0])));
        var images = Plan(new Archive(), [1, 2, 3], 2);
        Values(images).ShouldBe(Enumerable.Range(0, 12).Select(i => (float)(20 * i / 127.5 - 1)));
        ((ILabelledExamples)Open(images)).Label(0).ShouldBe(1);
    }

    [PythonFact("numpy", "python3-numpy")]
    public void Files_of_numpy_itself_are_read()
    {
        Programs.RunPython("""
            import sys, numpy as np
            folder = sys.argv[1]
            x = np.linspace(-1, 1, 24).reshape(4, 1, 2, 3)
            np.save(folder + '/x.npy', x.reshape(4, 6)[:, :2].copy())
            np.save(folder + '/y.npy', np.arange(4, dtype=np.int32))
            np.savez_compressed(folder + '/set.npz', x=x.astype(np.float32), y=np.array([3, 1, 2, 0], np.uint8))
            """, scratch.Path);
        var linear = Enumerable.Range(0, 24).Select(i => (float)(-1 + 2 * i / 23.0)).ToArray();
        Values(Plan(new Archive(), [1, 2, 3], 4)).Zip(linear).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-6f);
        Values(Plan(new Points(), [2], 4)).Zip(linear.Chunk(6).SelectMany(row => row[..2]))
            .ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-6f);
    }

    [Fact]
    public void Arrays_that_are_not_as_declared_are_named()
    {
        var plan = Plan(new Points(), [2]);
        Fault(plan).ShouldContain("No data: x.npy is not in");
        Try("<f4", "2, 3", 24)
            .ShouldContain("x.npy: an array [2, 3], but Points declares examples [2]; the first axis counts the examples");
        Try("<f4", "", 4).ShouldContain("an array []");
        Try("<f4", "2, 2", 15).ShouldContain("truncated");
        Try("<f4", "2, 2", 17).ShouldContain("data follows");
        Try("<f4", "9223372036854775807, 9223372036854775807", 4).ShouldContain("truncated");
        Try("|O", "2, 2", 16).ShouldContain("numbers of type |O are not read");
        Try(">f4", "2, 2", 16).ShouldContain("numbers of type >f4 are not read");
        Try("<i4", "2, 2", 16).ShouldContain("numbers of type <i4, but examples are of float32");
        scratch.Write("x.npy", "PK"u8.ToArray());
        Fault(plan).ShouldContain("no file of NumPy");
        scratch.Write("x.npy", Npy("<f4", "1, 2", [.. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(float.NaN)]));
        Fault(plan).ShouldContain("example 0 holds NaN");
        Zip("set.npz", ("z.npy", Npy("<f4", "1, 1, 2, 3", new byte[24])));
        Fault(Plan(new Archive(), [1, 2, 3])).ShouldContain("set.npz: there is no array 'x' in it; there are: z");
        Zip("set.npz", ("x.npy", Npy("<f4", "1, 1, 2, 3", Enumerable.Range(0, 6).SelectMany(i => BitConverter.GetBytes(50f * i)))));
        Fault(Plan(new Archive(), [1, 2, 3])).ShouldContain("images are scaled to [-1, 1]");

        string Try(string type, string shape, int bytes)
        {
            scratch.Write("x.npy", Npy(type, shape, new byte[bytes]));
            return Fault(plan);
        }
    }

    private IExamples Open(ExperimentPlan plan) => Examples.Open(plan, scratch.Path);

    private string Fault(ExperimentPlan plan) => Should.Throw<UserError>(() => Open(plan)).Message;

    private float[] Values(ExperimentPlan plan)
    {
        var examples = Open(plan);
        var size = (int)plan.DataShape.Aggregate((product, axis) => product * axis);
        var values = new float[examples.Count * size];
        for (var i = 0; i < examples.Count; i++)
            examples.Read(i, values.AsSpan(i * size, size));
        return values;
    }

    private static ExperimentPlan Plan(IDataSource data, long[] shape, int classes = 0) =>
        Tiny.Plan with { Data = data, DataShape = shape, Classes = classes };

    private static List<(string Name, byte[] Bytes)> Cifar(int count)
    {
        var random = new Random(6);
        return [.. Enumerable.Range(1, 5).Select(number =>
        {
            var bytes = new byte[3073 * count];
            random.NextBytes(bytes);
            for (var i = 0; i < count; i++)
                bytes[3073 * i] = (byte)random.Next(10);
            return ($"data_batch_{number}.bin", bytes);
        })];
    }

    private static byte[] Tar(IEnumerable<(string Name, byte[] Bytes)> files)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Ustar))
            foreach (var (name, bytes) in files)
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes) });
        return packed.ToArray();
    }

    private void Put(bool zipped, params (string Name, byte[] Bytes)[] files)
    {
        if (zipped)
        {
            Zip("faces.zip", files);
            return;
        }
        if (Directory.Exists(scratch["faces"]))
            Directory.Delete(scratch["faces"], recursive: true);
        foreach (var (name, bytes) in files)
            scratch.Write("faces/" + name, bytes);
    }

    private void Zip(string path, params (string Name, byte[] Bytes)[] files)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create))
            foreach (var file in files)
                using (var entry = zip.CreateEntry(file.Name).Open())
                    entry.Write(file.Bytes);
        scratch.Write(path, bytes.ToArray());
    }

    private static PngFile Picture(PngColour colour, int bits, int seed) => PngFile.Random(colour, bits, 6, 4, seed);

    private static byte[] Npy(string type, string shape, IEnumerable<byte> values, byte version = 1)
    {
        var header = Encoding.ASCII.GetBytes($"{{'descr': '{type}', 'fortran_order': False, 'shape': ({shape}), }}   \n");
        var length = new byte[version == 1 ? 2 : 4];
        BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)header.Length);
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. header, .. values];
    }

    private sealed record Faces() : PngImages("faces");

    private sealed record Points() : NumpyArrays("x.npy", "y.npy");

    private sealed record Archive() : NumpyArrays("set.npz/x", "set.npz/y");
}
