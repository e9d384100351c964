using System.Buffers.Binary;
using System.Text;

namespace CM.Runtime.Tests;

public class SafetensorsTests
{
    private const string Good = """{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"I64","shape":[],"data_offsets":[8,16]}}""";

    [Fact]
    public void A_file_of_the_format_is_read()
    {
        using var file = Open(Build(Good, 16));
        file.Header.Metadata.ShouldBe([new("k", "v")]);
        file.Header.Tensors["a"].ShouldSatisfyAllConditions(
            tensor => tensor.Type.ShouldBe("F32"),
            tensor => tensor.Shape.ShouldBe([2L]));
        var bytes = new byte[8];
        file.Read(file.Header.Tensors["b"], bytes);
        bytes.ShouldBe([8, 9, 10, 11, 12, 13, 14, 15]);
        file.Read(file.Header.Tensors["a"], bytes);
        bytes.ShouldBe([0, 1, 2, 3, 4, 5, 6, 7]);
    }

    [Fact]
    public void A_header_is_written_as_the_format_says()
    {
        var header = SafetensorsWriter.Header([new("step", "7")], [("w", [2, 3]), ("x", [])]);
        header.Length.ShouldBe(8 + (int)BinaryPrimitives.ReadInt64LittleEndian(header));
        (header.Length % 8).ShouldBe(0);
        Encoding.UTF8.GetString(header.AsSpan(8)).TrimEnd().ShouldBe(
            """{"__metadata__":{"step":"7"},"w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"x":{"dtype":"F32","shape":[],"data_offsets":[24,28]}}""");
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7, "torn")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "1 bytes follow")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "gap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "overlap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "does not have the 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8]}}""", 8, "does not have the 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807,9223372036854775807],"data_offsets":[0,4]}}""", 4, "does not have")]
    [InlineData("""{"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}}""", 8, "unknown dtype 'F31'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "whole number")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}""", 8, "whole number")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "bytes that its offsets say")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}""", 8, "two data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", 8, "lacks")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1}}""", 8, "'more'")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "'dtype'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}}""", 8, "two tensors 'a'")]
    [InlineData("""{"__metadata__":{"k":"v","k":"w"}}""", 0, "two texts 'k'")]
    [InlineData("""{"__metadata__":{"k":1}}""", 0, "Number instead of String")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0, "two __metadata__")]
    [InlineData("""{"a":[]}""", 0, "StartArray instead of StartObject")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""", 8, "damaged")]
    [InlineData("""{} {}""", 0, "damaged")]
    [InlineData("""[1,2]""", 0, "brace")]
    public void What_is_wrong_is_named_in_one_line(string header, int bytes, string wanted)
    {
        var message = Should.Throw<UserError>(() => Open(Build(header, bytes))).Message;
        message.ShouldStartWith("file: ");
        message.ShouldContain(wanted);
        message.ShouldNotContain("\n");
    }

    [Theory, InlineData(0), InlineData(7), InlineData(8), InlineData(9)]
    public void A_file_may_not_end_in_its_header(int length) =>
        Should.Throw<UserError>(() => Open(Build(Good, 16)[..length])).Message.ShouldStartWith("file: ");

    [Theory, InlineData(100_000_001), InlineData(long.MaxValue), InlineData(-1), InlineData(0), InlineData(1)]
    public void A_header_has_a_sensible_length(long length)
    {
        var bytes = Build(Good, 16);
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        Should.Throw<UserError>(() => Open(bytes)).Message.ShouldContain("header");
    }

    [Fact]
    public void Changed_files_are_refused_or_read_without_going_astray()
    {
        var good = Build(Good, 16);
        var random = new Random(20);
        var (refused, read) = (0, 0);
        for (var i = 0; i < 5000; i++)
        {
            var bytes = Mutation.Of(good, random);
            try
            {
                using var file = Open(bytes);
                foreach (var tensor in file.Header.Tensors.Values)
                {
                    var content = new byte[tensor.End - tensor.Begin];
                    file.Read(tensor, content);
                    content.ShouldBe(bytes[(int)(file.Header.Length + tensor.Begin)..(int)(file.Header.Length + tensor.End)]);
                }
                file.Header.Tensors.Values.Sum(tensor => tensor.End - tensor.Begin).ShouldBe(bytes.Length - file.Header.Length);
                read++;
            }
            catch (UserError)
            {
                refused++;
            }
        }
        refused.ShouldBeGreaterThan(1000);
        read.ShouldBeGreaterThan(100);
    }

    private static byte[] Build(string header, int bytes)
    {
        var file = new byte[8 + Encoding.UTF8.GetByteCount(header) + bytes];
        BinaryPrimitives.WriteInt64LittleEndian(file, Encoding.UTF8.GetByteCount(header));
        Encoding.UTF8.GetBytes(header, file.AsSpan(8));
        for (var i = 0; i < bytes; i++)
            file[^(bytes - i)] = (byte)i;
        return file;
    }

    private static SafetensorsFile Open(byte[] bytes) => new(new MemoryStream(bytes), "file");
}
