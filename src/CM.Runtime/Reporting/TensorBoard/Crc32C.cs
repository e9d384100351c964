using System.Buffers.Binary;
using System.Numerics;

namespace CM.Runtime;

/// <summary>The checksum of iSCSI (RFC 3720, appendix B.4), which TensorFlow's records carry.</summary>
internal static class Crc32C
{
    /// <summary>The checksum.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }

    /// <summary>The checksum as TensorFlow stores it: turned and shifted, so that one over bytes that hold checksums is no trivial one.</summary>
    public static uint MaskedOf(ReadOnlySpan<byte> bytes) => BitOperations.RotateRight(Of(bytes), 15) + 0xA282EAD8;
}
