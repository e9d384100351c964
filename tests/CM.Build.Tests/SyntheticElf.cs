using System.Text;

namespace CM.Build.Tests;

/// <summary>A small shared library for x86-64, written byte by byte. Its symbol n belongs to its n-th needed version.</summary>
internal sealed class SyntheticElf
{
    public const string Library = "libstdc++.so.6", Version = "GLIBCXX_3.4.32";
    private const int HeaderSize = 64, Strings = 1, Symbols = 2;

    /// <summary>The ELF hashes of the names, as the GNU linker writes them.</summary>
    private static readonly Dictionary<string, int> Hashes = new()
    {
        ["GLIBC_2.2.5"] = 0x9691a75,
        ["GLIBC_2.34"] = 0x69691b4,
        ["CXXABI_1.3"] = 0x56bafd3,
        ["GLIBCXX_3.4.29"] = 0x297f879,
        ["GLIBCXX_3.4.30"] = 0x297f840,
        ["GLIBCXX_3.4.31"] = 0x297f841,
        [Version] = 0x297f842,
    };

    private readonly StringBuilder strings = new("\0");
    private readonly Dictionary<(string Library, string Version), int> flags = [];

    private SyntheticElf((string Library, string[] Versions)[] needs, string[] defines, string? relocated, int machine)
    {
        var needed = WriteNeeds(needs);
        var defined = WriteDefinitions(defines);
        var symbols = needs.SelectMany(need => need.Versions.Select(version => (need.Library, version))).ToList();
        var versions = new Fields().Int16([0, .. Enumerable.Range(2, symbols.Count)]);
        var relocations = new Fields().Int64(0, 8, 0); // R_X86_64_RELATIVE has no symbol
        if (relocated is not null)
            relocations.Int64(8, (symbols.IndexOf((Library, relocated)) + 1L << 32) | 7, 0);

        (int Type, Fields Content, int Link, int Info)[] sections =
        [
            (0, new(), 0, 0),
            (3, new(Encoding.ASCII.GetBytes(strings.ToString())), 0, 0),
            (11, new(new byte[24 * (symbols.Count + 1)]), Strings, 0),
            (0x6fffffff, versions, Symbols, 0),
            (0x6ffffffe, needed, Strings, needs.Length),
            (0x6ffffffd, defined, Strings, defines.Length),
            (4, relocations, Symbols, 0),
        ];
        var (headers, offset) = (new Fields(), HeaderSize);
        foreach (var (type, content, link, info) in sections)
        {
            if (content == needed)
                FlagsOffset = offset + flags.GetValueOrDefault((Library, Version));
            headers.Int32(0, type).Int64(0, 0, offset, content.Count).Int32(link, info).Int64(1, 0);
            offset += content.Count;
        }
        var header = new Fields([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0])
            .Int16(3, machine).Int32(1).Int64(0, 0, offset).Int32(0).Int16(HeaderSize, 0, 0, 64, sections.Length, 0);
        Content = [.. header, .. sections.SelectMany(section => section.Content), .. headers];
    }

    public byte[] Content { get; }

    /// <summary>The position of the flags of <see cref="Version"/> from <see cref="Library"/>.</summary>
    public int FlagsOffset { get; }

    /// <summary>A file that needs <see cref="Version"/> from <see cref="Library"/>, and other versions from it and others.</summary>
    /// <param name="version">The version needed instead.</param>
    /// <param name="relocated">The version from <see cref="Library"/> with a relocation that refers to its symbol.</param>
    /// <param name="machine">The processor; 62 is x86-64.</param>
    public static SyntheticElf Needing(string version = Version, string? relocated = "GLIBCXX_3.4.30", int machine = 62) => new(
        [("libdecoy.so.1", [Version]), (Library, ["GLIBCXX_3.4.30", version, "CXXABI_1.3"]), ("libc.so.6", ["GLIBC_2.34", "GLIBC_2.2.5"])],
        [], relocated, machine);

    /// <summary>A file that defines versions, as <see cref="Library"/> does.</summary>
    public static byte[] Defining(params string[] versions) => new SyntheticElf([], versions, null, 62).Content;

    private Fields WriteNeeds((string Library, string[] Versions)[] needs)
    {
        var (table, index) = (new Fields(), 2);
        foreach (var (library, versions) in needs)
        {
            table.Int16(1, versions.Length).Int32(AddString(library), 16, library == needs[^1].Library ? 0 : 16 + 16 * versions.Length);
            foreach (var version in versions)
            {
                flags[(library, version)] = table.Count + 4;
                table.Int32(Hashes[version]).Int16(0, index++).Int32(AddString(version), version == versions[^1] ? 0 : 16);
            }
        }
        return table;
    }

    private Fields WriteDefinitions(string[] versions)
    {
        var table = new Fields();
        foreach (var version in versions)
            table.Int16(1, 0, 2, 1).Int32(Hashes[version], 20, version == versions[^1] ? 0 : 28, AddString(version), 0);
        return table;
    }

    private int AddString(string text)
    {
        strings.Append(text).Append('\0');
        return strings.Length - text.Length - 1;
    }

    private sealed class Fields(IEnumerable<byte>? bytes = null) : List<byte>(bytes ?? [])
    {
        public Fields Int16(params IEnumerable<int> values) => Add(values.SelectMany(value => BitConverter.GetBytes((short)value)));

        public Fields Int32(params IEnumerable<int> values) => Add(values.SelectMany(BitConverter.GetBytes));

        public Fields Int64(params IEnumerable<long> values) => Add(values.SelectMany(BitConverter.GetBytes));

        private Fields Add(IEnumerable<byte> bytes)
        {
            AddRange(bytes);
            return this;
        }
    }
}
