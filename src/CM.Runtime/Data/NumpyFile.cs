using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace CM.Runtime;

/// <summary>An array in NumPy's format (NEP 1): magic, version, a header that is a Python dictionary, then the numbers.</summary>
/// <param name="Type">Its number type as NumPy spells it: <c>&lt;f4</c>, <c>|u1</c>, …</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Values">The numbers, row-major, little-endian.</param>
internal sealed partial record NumpyFile(string Type, long[] Shape, byte[] Values)
{
    /// <summary>Reads an array.</summary>
    /// <param name="path">A file <c>x.npy</c>, or an array in an archive: <c>set.npz/x</c>.</param>
    /// <exception cref="UserError">The file cannot be read, is damaged, or holds something else.</exception>
    public static NumpyFile Read(string path)
    {
        var (file, array) = Split(path);
        if (array is null)
            return DataFile.Read(file, (stream, limit) => Read(stream, limit, file));
        using var archive = FileSet.Open(file);
        if (!archive.Names.Contains(array))
            throw new UserError($"{file}: there is no array '{Path.GetFileNameWithoutExtension(array)}' in it; there are: "
                + $"{string.Join(", ", archive.Names.Select(Path.GetFileNameWithoutExtension))}.");
        var bytes = archive.Read(array);
        return DataFile.Guard(path, () => Read(new MemoryStream(bytes), bytes.Length, path));
    }

    /// <summary>
    /// Writes what stands before the numbers of an array: magic, version and header, padded so that the numbers begin at
    /// a multiple of 64 bytes.
    /// </summary>
    /// <param name="stream">The file, at its start.</param>
    /// <param name="type">The number type as NumPy spells it.</param>
    /// <param name="shape">The shape.</param>
    public static void WriteHeader(Stream stream, string type, params IReadOnlyList<long> shape)
    {
        var header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({string.Concat(shape.Select(axis => $"{axis}, "))}), }}";
        var padded = header.PadRight((header.Length + Start.Length + 2 + 64) / 64 * 64 - Start.Length - 3) + "\n";
        Span<byte> length = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)padded.Length);
        stream.Write(Start);
        stream.Write(length);
        stream.Write(Encoding.ASCII.GetBytes(padded));
    }

    private static ReadOnlySpan<byte> Start => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0];

    /// <summary>The file of <c>set.npz/x</c>, and the name of the array in it.</summary>
    public static (string File, string? Array) Split(string path) =>
        path.IndexOf(".npz/", StringComparison.Ordinal) is var end and >= 0
            ? (path[..(end + 4)], path[(end + 5)..] + ".npy")
            : (path, null);

    /// <summary>The numbers as whole numbers.</summary>
    /// <exception cref="UserError">They are of another type.</exception>
    public int[] ToLabels(string path) => Type switch
    {
        "|u1" => [.. Values.Select(value => (int)value)],
        "|i1" => [.. Values.Select(value => (int)(sbyte)value)],
        "<i4" => MemoryMarshal.Cast<byte, int>(Values).ToArray(),
        "<i8" => [.. MemoryMarshal.Cast<byte, long>(Values).ToArray().Select(value => (int)Math.Clamp(value, int.MinValue, int.MaxValue))],
        _ => throw new UserError($"{path}: numbers of type {Type}, but labels are of uint8, int8, int32 or int64; "
            + "convert them with astype('int64')."),
    };

    /// <summary>The numbers as 32-bit floats.</summary>
    /// <exception cref="UserError">They are of another type.</exception>
    public float[] ToFloats(string path) => Type switch
    {
        "<f4" => MemoryMarshal.Cast<byte, float>(Values).ToArray(),
        "<f8" => [.. MemoryMarshal.Cast<byte, double>(Values).ToArray().Select(value => (float)value)],
        _ => throw new UserError($"{path}: numbers of type {Type}, but examples are of float32, float64 or uint8; "
            + "convert them with astype('float32')."),
    };

    private static NumpyFile Read(Stream stream, long limit, string path)
    {
        Span<byte> start = stackalloc byte[12];
        if (stream.ReadAtLeast(start[..8], 8, throwOnEndOfStream: false) < 8 || !start.StartsWith(Start[..6]))
            throw new UserError($"{path}: no file of NumPy: it does not start with \\x93NUMPY.");
        var lengthBytes = start[6] switch
        {
            1 => 2,
            2 or 3 => 4,
            var version => throw new UserError($"{path}: version {version} of NumPy's format is unknown; 1 to 3 are read."),
        };
        stream.ReadExactly(start.Slice(8, lengthBytes));
        var length = lengthBytes == 2
            ? BinaryPrimitives.ReadUInt16LittleEndian(start[8..])
            : BinaryPrimitives.ReadUInt32LittleEndian(start[8..]);
        if (length > Math.Min(limit, 1 << 20))
            throw new UserError($"{path}: damaged, its header would have {length:N0} bytes.");
        var header = new byte[length];
        stream.ReadExactly(header);
        var match = Header().Match(Encoding.UTF8.GetString(header));
        if (!match.Success)
            throw new UserError($"{path}: damaged, its header is not {{'descr': …, 'fortran_order': …, 'shape': …}}.");

        var type = match.Groups["type"].Value;
        var numberBytes = type switch
        {
            "|u1" or "|i1" => 1,
            "<f4" or "<i4" => 4,
            "<f8" or "<i8" => 8,
            _ => throw new UserError($"{path}: numbers of type {type} are not read; convert them with astype('float32'), "
                + "or labels with astype('int64')."),
        };
        if (match.Groups["order"].Value == "True")
            throw new UserError($"{path}: its numbers lie column by column; save it again as np.ascontiguousarray(x).");
        var shape = match.Groups["axes"].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(axis => long.TryParse(axis, out var size) ? size : long.MaxValue).ToArray();
        var total = shape.Aggregate((UInt128)numberBytes, (product, axis) => product > long.MaxValue ? product : product * (ulong)axis);
        if (total > (UInt128)Math.Min(limit, Array.MaxLength))
            throw new UserError($"{path}: an array [{string.Join(", ", shape)}] of {type}, but the file is truncated, "
                + $"or larger than the {Array.MaxLength:N0} bytes that fit.");
        var values = new byte[(int)total];
        if (stream.ReadAtLeast(values, values.Length, throwOnEndOfStream: false) is var found && found < values.Length)
            throw new UserError($"{path}: an array [{string.Join(", ", shape)}] of {type}, but it is truncated: "
                + $"it has {found:N0} of {values.Length:N0} bytes.");
        return stream.ReadByte() < 0
            ? new NumpyFile(type, shape, values)
            : throw new UserError($"{path}: data follows the array [{string.Join(", ", shape)}] of {type}.");
    }

    [GeneratedRegex(
        @"^\{\s*'descr':\s*'(?<type>[^']*)',\s*'fortran_order':\s*(?<order>True|False),\s*'shape':\s*\((?<axes>(\d+,?\s*)*)\),?\s*\}\s*$",
        RegexOptions.NonBacktracking)]
    private static partial Regex Header();
}
