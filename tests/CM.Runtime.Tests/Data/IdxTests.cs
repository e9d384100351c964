using System.Buffers.Binary;
using System.IO.Compression;
using CM.Dsl;

namespace CM.Runtime.Tests;

public sealed class IdxTests : IDisposable
{
    private const string Name = "train-images-idx3-ubyte";
    private const string Labels = "train-labels-idx1-ubyte";

    private static readonly ExperimentPlan Plan = Tiny.Plan with { Data = new Mnist(), DataShape = [1, 28, 28] };

    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Theory, InlineData(true, ""), InlineData(false, ""), InlineData(true, "mnist10k"), InlineData(true, "sets/mnist")]
    public void Images_are_found_and_scaled(bool zipped, string folder)
    {
        var bytes = Idx(2, 28, 28);
        bytes[16] = 0;
        bytes[17] = 255;
        bytes[18] = 127;
        scratch.Write(Path.Combine(folder, zipped ? Name + ".gz" : Name), zipped ? Zip(bytes) : bytes);

        var examples = Open();

        examples.Count.ShouldBe(2);
        var values = new float[784];
        examples.Read(0, values);
        values[..3].ShouldBe([-1f, 1f, (float)(127 / 127.5 - 1)]);
        examples.Read(1, values);
        values[0].ShouldBe((float)(bytes[16 + 784] / 127.5 - 1));
    }

    [Fact]
    public void Labels_are_read_where_the_experiment_has_classes()
    {
        scratch.Write("digits/" + Name, Idx(3, 28, 28));
        Open(Classes(0)).ShouldNotBeAssignableTo<ILabelledExamples>();
        Fault(Classes(10)).ShouldContain($"{Labels}.gz is not in {scratch["digits"]}");
        scratch.Write("digits/" + Labels + ".gz", Zip(IdxLabels(7, 0, 9)));
        var examples = Open(Classes(10)).ShouldBeAssignableTo<ILabelledExamples>()!;
        Enumerable.Range(0, 3).Select(examples.Label).ShouldBe([7, 0, 9]);

        Fault(Classes(9)).ShouldBe("Data Mnist: example 2 has the label 9, but Mnist declares 9 classes, numbered from 0; "
            + "declare [Classes(n)] or mend the labels.");
        scratch.Write("digits/" + Labels + ".gz", Zip(IdxLabels(7, 0)));
        Fault(Classes(10)).ShouldContain("2 labels for 3 examples");
        scratch.Write("digits/" + Labels + ".gz", Zip(Idx(3, 1, 1)));
        Fault(Classes(10)).ShouldContain("no idx file of labels: it starts with 0x00000803 instead of 0x00000801");
        Fault(Tiny.Plan with { Classes = 2 }).ShouldContain("Data TwoMoons: Tiny needs labels and there are none");

        static ExperimentPlan Classes(int classes) => Plan with { Classes = classes };
    }

    [Fact]
    public void Digits_and_clothes_are_not_mistaken_for_each_other()
    {
        var clothes = Plan with { Data = new FashionMnist() };
        scratch.Write("a/fashion-mnist/" + Name, Idx(1, 28, 28));
        Fault(Plan).ShouldContain("is not in");
        Open(clothes).Count.ShouldBe(1);
        scratch.Write("b/" + Name, Idx(2, 28, 28));
        Open(Plan).Count.ShouldBe(2);
        Open(clothes).Count.ShouldBe(1);
    }

    [Fact]
    public void The_variable_names_the_folder()
    {
        scratch.Write(Name, Idx(1, 28, 28));
        Environment.SetEnvironmentVariable("DSLCM_DATA", scratch.Path);
        try
        {
            Examples.Open(Plan, folder: null).Count.ShouldBe(1);
        }
        finally
        {
            Environment.SetEnvironmentVariable("DSLCM_DATA", null);
        }
    }

    [Fact]
    public void Missing_files_and_folders_are_named() =>
        (Fault(), Fault(folder: scratch["nowhere"])).ShouldSatisfyAllConditions(
            faults => faults.Item1.ShouldContain($"{Name}.gz is not in {scratch.Path}; name its folder with --data DIR"),
            faults => faults.Item2.ShouldContain($"--data names the folder '{scratch["nowhere"]}', which does not exist"));

    [Fact]
    public void Another_size_is_told_with_both_sizes()
    {
        scratch.Write(Name, Idx(3, 32, 30));
        Fault().ShouldContain("3 images of 32×30, but Mnist declares [1, 28, 28]");
    }

    [Fact]
    public void A_name_that_promises_gzip_is_held_to_it()
    {
        scratch.Write(Name + ".gz", Idx(1, 28, 28));
        Fault().ShouldContain("no gzip file");
    }

    [Theory, InlineData(0x00000801u), InlineData(0x00000C03u), InlineData(0x50415443u)]
    public void Another_magic_is_shown(uint magic)
    {
        var bytes = Idx(1, 28, 28);
        BinaryPrimitives.WriteUInt32BigEndian(bytes, magic);
        scratch.Write(Name, bytes);
        Fault().ShouldContain($"0x{magic:X8} instead of 0x00000803");
    }

    [Theory, InlineData(0), InlineData(15), InlineData(16), InlineData(16 + 784 * 2 - 1)]
    public void Plain_files_may_not_be_truncated(int length)
    {
        scratch.Write(Name, Idx(2, 28, 28)[..length]);
        Fault().ShouldContain("truncated");
    }

    [Theory, InlineData(1), InlineData(15), InlineData(16), InlineData(16 + 784 * 2 - 1)]
    public void What_is_zipped_may_not_be_truncated(int length)
    {
        scratch.Write(Name + ".gz", Zip(Idx(2, 28, 28)[..length]));
        Fault().ShouldContain("truncated");
    }

    [Fact]
    public void Gzip_files_may_not_be_cut_anywhere()
    {
        var whole = Zip(Idx(2, 28, 28));
        for (var length = 2; length < whole.Length; length += 37)
        {
            scratch.Write(Name + ".gz", whole[..length]);
            Fault().ShouldContain(Name);
        }
    }

    [Fact]
    public void Gzip_files_may_not_be_damaged()
    {
        var bytes = Zip(Idx(2, 28, 28));
        bytes[bytes.Length / 2] ^= 0x55;
        scratch.Write(Name + ".gz", bytes);
        Fault().ShouldContain("damaged file");
    }

    [Fact]
    public void Nothing_may_follow_the_pixels()
    {
        scratch.Write(Name, [.. Idx(1, 28, 28), 0]);
        Fault().ShouldContain("data follows");
    }

    [Theory, InlineData(0, 28, 28), InlineData(1, 0, 28), InlineData(-1, -1, -1), InlineData(60_000, 1000, 1000)]
    public void Sizes_that_cannot_be_are_refused_before_memory_is_taken(int count, int height, int width)
    {
        scratch.Write(Name, Header(count, height, width));
        Fault().ShouldContain(Name);
    }

    private IExamples Open(ExperimentPlan plan) => Examples.Open(plan, scratch.Path);

    private string Fault(ExperimentPlan plan) => Should.Throw<UserError>(() => Open(plan)).Message;

    private static byte[] IdxLabels(params byte[] labels) => [0, 0, 8, 1, 0, 0, 0, (byte)labels.Length, .. labels];

    private IExamples Open(string? folder = null) => Examples.Open(Plan, folder ?? scratch.Path);

    private string Fault(string? folder = null) => Should.Throw<UserError>(() => Open(folder)).Message;

    private static byte[] Header(int count, int height, int width)
    {
        var header = new byte[16];
        foreach (var (number, i) in ((int[])[0x803, count, height, width]).Select((number, i) => (number, i)))
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 * i), number);
        return header;
    }

    private static byte[] Idx(int count, int height, int width)
    {
        var pixels = new byte[count * height * width];
        new Random(1).NextBytes(pixels);
        return [.. Header(count, height, width), .. pixels];
    }

    private static byte[] Zip(byte[] bytes)
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return zipped.ToArray();
    }
}
