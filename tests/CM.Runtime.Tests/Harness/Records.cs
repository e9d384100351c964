using System.Buffers.Binary;
using System.Text;

namespace CM.Runtime.Tests;

/// <summary>Reads what TensorBoard would read, by the published formats alone: TFRecord framing and protobuf's wire format.</summary>
internal static class Records
{
    /// <summary>The checksum of RFC 3720, bit by bit.</summary>
    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0x82F63B78);
        }
        return ~crc;
    }

    /// <summary>The contents of a file of records, whose checksums are right.</summary>
    public static IEnumerable<Message> Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        for (var place = 0; place < bytes.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(place));
            Unmask(bytes.AsSpan(place + 8)).ShouldBe(Crc32C(bytes.AsSpan(place, 8)));
            Unmask(bytes.AsSpan(place + 12 + length)).ShouldBe(Crc32C(bytes.AsSpan(place + 12, length)));
            yield return new Message(bytes.AsSpan(place + 12, length));
            place += 16 + length;
        }
    }

    private static uint Unmask(ReadOnlySpan<byte> four)
    {
        var turned = BinaryPrimitives.ReadUInt32LittleEndian(four) - 0xA282EAD8u;
        return (turned >> 17) | (turned << 15);
    }

    /// <summary>A protobuf message: the raw values of each field, in their order.</summary>
    public sealed class Message
    {
        private readonly Dictionary<int, List<byte[]>> fields = [];

        public Message(ReadOnlySpan<byte> bytes)
        {
            while (bytes.Length > 0)
            {
                var tag = Varint(ref bytes);
                var length = (tag & 7) switch
                {
                    0 => -1,
                    1 => 8,
                    2 => (int)Varint(ref bytes),
                    5 => 4,
                    var type => throw new InvalidDataException($"wire type {type}"),
                };
                var value = length < 0 ? BitConverter.GetBytes(Varint(ref bytes)) : bytes[..length].ToArray();
                bytes = bytes[Math.Max(0, length)..];
                if (!fields.TryGetValue((int)(tag >> 3), out var values))
                    fields.Add((int)(tag >> 3), values = []);
                values.Add(value);
            }
        }

        public bool Has(int field) => fields.ContainsKey(field);

        public byte[] Bytes(int field) => fields[field].Single();

        /// <summary>A whole number; 0 is not written.</summary>
        public long Number(int field) => Has(field) ? BitConverter.ToInt64(Bytes(field)) : 0;

        public double Double(int field) => BitConverter.ToDouble(Bytes(field));

        public float Float(int field) => BitConverter.ToSingle(Bytes(field));

        public string Text(int field) => Encoding.UTF8.GetString(Bytes(field));

        public double[] Doubles(int field) => [.. Bytes(field).Chunk(8).Select(eight => BitConverter.ToDouble(eight))];

        public Message Inner(int field) => new(Bytes(field));

        public IEnumerable<Message> All(int field) => fields.GetValueOrDefault(field, []).Select(bytes => new Message(bytes));

        private static ulong Varint(ref ReadOnlySpan<byte> bytes)
        {
            var value = 0UL;
            for (var (i, shift) = (0, 0); ; i++, shift += 7)
            {
                value |= (ulong)(bytes[i] & 0x7F) << shift;
                if (bytes[i] >= 0x80)
                    continue;
                bytes = bytes[(i + 1)..];
                return value;
            }
        }
    }
}
