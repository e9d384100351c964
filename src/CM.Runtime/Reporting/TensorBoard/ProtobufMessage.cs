using System.Buffers.Binary;
using System.Text;

namespace CM.Runtime;

/// <summary>A message in protobuf's wire format, field by field.</summary>
internal sealed class ProtobufMessage
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Delimited = 2;
    private const int Fixed32 = 5;

    private readonly MemoryStream bytes = new();

    public byte[] ToBytes() => bytes.ToArray();

    public ProtobufMessage Add(int field, long value)
    {
        Tag(field, Varint);
        Number((ulong)value);
        return this;
    }

    public ProtobufMessage Add(int field, double value)
    {
        Tag(field, Fixed64);
        Write(value);
        return this;
    }

    public ProtobufMessage Add(int field, float value)
    {
        Tag(field, Fixed32);
        Span<byte> four = stackalloc byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(four, value);
        bytes.Write(four);
        return this;
    }

    public ProtobufMessage Add(int field, string text) => Add(field, Encoding.UTF8.GetBytes(text));

    public ProtobufMessage Add(int field, ProtobufMessage message) => Add(field, message.ToBytes());

    public ProtobufMessage Add(int field, ReadOnlySpan<byte> content)
    {
        Tag(field, Delimited);
        Number((ulong)content.Length);
        bytes.Write(content);
        return this;
    }

    /// <summary>Numbers one after the other, without a tag each.</summary>
    public ProtobufMessage AddPacked(int field, IReadOnlyCollection<double> values)
    {
        Tag(field, Delimited);
        Number((ulong)values.Count * sizeof(double));
        foreach (var value in values)
            Write(value);
        return this;
    }

    private void Tag(int field, int type) => Number((ulong)(field << 3 | type));

    private void Write(double value)
    {
        Span<byte> eight = stackalloc byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(eight, value);
        bytes.Write(eight);
    }

    /// <summary>Seven bits a byte, the lowest first.</summary>
    private void Number(ulong value)
    {
        for (; value > 0x7F; value >>= 7)
            bytes.WriteByte((byte)(value | 0x80));
        bytes.WriteByte((byte)value);
    }
}
