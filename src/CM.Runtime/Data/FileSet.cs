using System.IO.Compression;
using ICSharpCode.SharpZipLib.Checksum;

namespace CM.Runtime;

/// <summary>Files by name, in a folder or in a zip file; may be read from several threads at once.</summary>
internal abstract class FileSet : IDisposable
{
    /// <summary>The folder or the zip file.</summary>
    public required string Path { get; init; }

    /// <summary>All files, with slashes, in the order of their letters' numbers.</summary>
    public IReadOnlyList<string> Names { get; protected init; } = [];

    /// <summary>Opens a folder or a zip file.</summary>
    /// <exception cref="UserError">It cannot be read or is damaged.</exception>
    public static FileSet Open(string path) =>
        DataFile.Guard(path, FileSet () => Directory.Exists(path) ? new InFolder(path) : new InZip(path));

    /// <summary>Name of a file in messages.</summary>
    public string NameOf(string file) => $"{Path}/{file}";

    /// <summary>Reads a file.</summary>
    /// <param name="file">One of <see cref="Names"/>.</param>
    /// <param name="most">Number of bytes to read from its start. Default: all.</param>
    /// <exception cref="UserError">It cannot be read or is damaged.</exception>
    public byte[] Read(string file, int most = int.MaxValue) => DataFile.Guard(NameOf(file), () => ReadFile(file, most));

    public virtual void Dispose()
    {
    }

    protected abstract byte[] ReadFile(string file, int most);

    private static byte[] Read(Stream stream, long length, int most)
    {
        if (length > Array.MaxLength)
            throw new InvalidDataException($"{length:N0} bytes are more than the {Array.MaxLength:N0} that fit");
        var bytes = new byte[Math.Min(length, most)];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private sealed class InFolder : FileSet
    {
        [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
        public InFolder(string path)
        {
            Path = path;
            Names = [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
                .Select(file => System.IO.Path.GetRelativePath(path, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];
        }

        protected override byte[] ReadFile(string file, int most)
        {
            using var stream = File.OpenRead(System.IO.Path.Combine(Path, file));
            return Read(stream, stream.Length, most);
        }
    }

    private sealed class InZip : FileSet
    {
        private readonly ZipArchive zip;
        private readonly Dictionary<string, ZipArchiveEntry> entries = [];

        [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
        public InZip(string path)
        {
            Path = path;
            zip = ZipFile.Open(path, ZipArchiveMode.Read, new ZipNameEncoding());
            foreach (var entry in zip.Entries)
            {
                var name = entry.FullName.Replace('\\', '/'); // as some programs on Windows separate folders
                if (name.StartsWith("./", StringComparison.Ordinal))
                    name = name[2..];
                if (!name.EndsWith('/') && !entries.TryAdd(name, entry))
                    throw new InvalidDataException($"there are two files {name}");
            }
            Names = [.. entries.Keys.Order(StringComparer.Ordinal)];
        }

        public override void Dispose() => zip.Dispose();

        protected override byte[] ReadFile(string file, int most)
        {
            lock (zip)
            {
                var entry = entries[file];
                if (entry.Length > entry.CompressedLength * DataFile.DeflateLimit + 64)
                    throw new InvalidDataException($"{entry.CompressedLength:N0} bytes cannot hold {entry.Length:N0}");
                using var stream = entry.Open();
                var bytes = Read(stream, entry.Length, most);
                return bytes.Length < entry.Length || Checksum(bytes) == entry.Crc32
                    ? bytes
                    : throw new InvalidDataException("its CRC is wrong");
            }
        }

        private static long Checksum(byte[] bytes)
        {
            var crc = new Crc32();
            crc.Update(bytes);
            return crc.Value;
        }
    }
}
