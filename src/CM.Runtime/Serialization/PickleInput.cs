using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace CM.Runtime;

/// <summary>The bytes of a pickle, taken from the front.</summary>
/// <param name="stream">The pickle; can seek.</param>
internal sealed class PickleInput(Stream stream)
{
    /// <summary>Place of the byte that was taken last.</summary>
    public long Place => stream.Position - 1;

    public byte Byte() =>
        stream.ReadByte() is var value and >= 0 ? (byte)value : throw new EndOfStreamException("it ends before its end mark");

    public byte[] Bytes(long length)
    {
        if (length > stream.Length - stream.Position)
            throw new EndOfStreamException($"{length:N0} bytes go beyond its end");
        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    public long Length(int bytes)
    {
        var length = bytes == 4 ? BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4)) : BinaryPrimitives.ReadInt64LittleEndian(Bytes(8));
        return length >= 0 && length <= Array.MaxLength
            ? length
            : throw new InvalidDataException($"a piece of {length:N0} bytes is more than fits");
    }

    public string Text(long length) => Encoding.UTF8.GetString(Bytes(length));

    public string Line()
    {
        var line = new StringBuilder();
        for (var letter = Byte(); letter != '\n'; letter = Byte())
            line.Append((char)letter);
        return line.ToString();
    }

    public static object Whole(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new InvalidDataException($"'{text[..Math.Min(20, text.Length)]}' is no whole number that is read here");

    /// <summary>Little-endian, in two's complement; what does not fit into 64 bits stays long.</summary>
    public static object Whole(byte[] bytes) =>
        bytes.Length <= 8 ? (long)new BigInteger(bytes) : new BigInteger(bytes.AsSpan(0, Math.Min(bytes.Length, 64)));
}
