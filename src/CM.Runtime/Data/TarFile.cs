using System.Text;

namespace CM.Runtime;

/// <summary>Reads tar archives (POSIX.1-1988) block by block, so that no number in them decides how much memory is taken.</summary>
internal static class TarFile
{
    private const int Block = 512;

    /// <summary>Reads the files that are wanted, and skips the rest.</summary>
    /// <param name="stream">The archive, unpacked.</param>
    /// <param name="isWanted">Told the name of a file, without its folder.</param>
    /// <exception cref="InvalidDataException">The archive is damaged or ends early.</exception>
    public static IEnumerable<(string Name, byte[] Bytes)> Read(Stream stream, Func<string, bool> isWanted)
    {
        var header = new byte[Block];
        while (stream.ReadAtLeast(header, Block, throwOnEndOfStream: false) is var found and > 0 && header[0] != 0)
        {
            if (found < Block || Octal(header, 148, 8) != SumOf(header))
                throw new InvalidDataException("at a place where a tar archive has a header it has something else");
            var path = Encoding.UTF8.GetString(header, 0, 100).Split('\0')[0];
            var name = path[(path.LastIndexOf('/') + 1)..];
            var isFile = header[156] is 0 or (byte)'0';
            using var bytes = new MemoryStream();
            Copy(stream, Octal(header, 124, 12), isFile && isWanted(name) ? bytes : Stream.Null);
            if (isFile && isWanted(name))
                yield return (name, bytes.ToArray());
        }
    }

    /// <summary>Copies a file, and skips what fills up its last block.</summary>
    private static void Copy(Stream from, long length, Stream to)
    {
        var chunk = new byte[1 << 16];
        for (var left = (length + Block - 1) / Block * Block; left > 0;)
        {
            var count = from.Read(chunk, 0, (int)Math.Min(left, chunk.Length));
            if (count == 0)
                throw new InvalidDataException("it ends inside a file");
            to.Write(chunk, 0, (int)Math.Clamp(length, 0, count));
            (left, length) = (left - count, length - count);
        }
    }

    private static int SumOf(byte[] header) => header.Select((value, place) => place is >= 148 and < 156 ? (int)' ' : value).Sum();

    private static long Octal(byte[] header, int place, int length)
    {
        var text = Encoding.ASCII.GetString(header, place, length).Trim(' ', '\0');
        var number = 0L;
        foreach (var digit in text)
            number = digit is >= '0' and <= '7'
                ? 8 * number + digit - '0'
                : throw new InvalidDataException($"'{text}' is no number of a tar archive");
        return number;
    }
}
