using System.Buffers.Binary;
using System.IO.Compression;

namespace CM.Runtime;

/// <summary>
/// Bytes in an idx file, gzipped or not: magic 0x0000080N with N the number of axes, then the size of each axis as a big-endian 32-bit
/// number, then the bytes, row-major (LeCun, "The MNIST database of handwritten digits").
/// </summary>
/// <param name="Sizes">Size of each axis; the first is the count.</param>
/// <param name="Values">All bytes.</param>
internal sealed record IdxFile(int[] Sizes, byte[] Values)
{
    private const uint Bytes = 0x00000800;

    /// <summary>Number of images or labels.</summary>
    public int Count => Sizes[0];

    /// <summary>Reads a file of images, <c>[count, height, width]</c>.</summary>
    /// <exception cref="UserError">The file cannot be read, is damaged, or holds something else.</exception>
    public static IdxFile ReadImages(string path) => Read(path, axes: 3, "images");

    /// <summary>Reads a file of labels, <c>[count]</c>.</summary>
    /// <exception cref="UserError">The file cannot be read, is damaged, or holds something else.</exception>
    public static IdxFile ReadLabels(string path) => Read(path, axes: 1, "labels");

    private static IdxFile Read(string path, int axes, string what) =>
        DataFile.Read(path, (stream, limit) => Read(path, axes, what, stream, limit));

    private static IdxFile Read(string path, int axes, string what, Stream stream, long limit)
    {
        Span<byte> header = stackalloc byte[sizeof(int) * (axes + 1)];
        if (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
            throw new UserError($"{path}: truncated, it ends inside its header of {header.Length} bytes.");
        var magic = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (magic != Bytes + axes)
            throw new UserError($"{path}: no idx file of {what}: it starts with 0x{magic:X8} instead of 0x{Bytes + axes:X8}.");

        var sizes = new uint[axes];
        var total = (UInt128)1;
        for (var axis = 0; axis < axes; axis++)
        {
            sizes[axis] = BinaryPrimitives.ReadUInt32BigEndian(header[(sizeof(int) * (axis + 1))..]);
            total *= sizes[axis];
        }
        var found = $"{path}: {sizes[0]} {what}{(axes > 1 ? $" of {string.Join('×', sizes[1..])}" : "")}";
        if (total == 0)
            throw new UserError($"{found}: there is nothing in it.");
        if (total > (UInt128)Array.MaxLength)
            throw new UserError($"{found}: more than the {Array.MaxLength:N0} bytes that fit.");
        if (total > (UInt128)limit)
            throw new UserError($"{found}, but it is truncated: {total:N0} bytes cannot be in it.");

        var values = new byte[(int)total];
        var length = stream.ReadAtLeast(values, values.Length, throwOnEndOfStream: false);
        if (length < values.Length)
            throw new UserError($"{found}, but it is truncated: it has {length:N0} of {values.Length:N0} bytes.");
        if (stream.ReadByte() >= 0)
            throw new UserError($"{found}, but data follows the last of its {values.Length:N0} bytes.");
        return new IdxFile([.. sizes.Select(size => (int)size)], values);
    }
}
