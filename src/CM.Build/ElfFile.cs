using System.Text;

namespace CM.Build;

/// <summary>The symbol versions of an ELF file for x86-64: those it needs from shared libraries and those it defines.</summary>
/// <remarks>
/// Reads .gnu.version, .gnu.version_r, .gnu.version_d and the relocations, as the Linux Standard Base describes them.
/// Every offset is checked: a damaged file ends in an <see cref="InvalidDataException"/>.
/// </remarks>
internal sealed class ElfFile
{
    /// <summary>The flag VER_FLG_WEAK of a needed version: the loader accepts a library that lacks it.</summary>
    public const byte Weak = 2;

    private const uint Magic = 'E' << 8 | 'L' << 16 | 'F' << 24 | 0x7f, SixtyFourBitLittleEndian = 0x0102, X86_64 = 62;
    private const uint Rela = 4, VersionDefinitions = 0x6ffffffd, VersionNeeds = 0x6ffffffe, SymbolVersions = 0x6fffffff;
    private const int HeaderSize = 64, NeedSize = 16, DefinitionSize = 20, NameSize = 8, RelocationSize = 24;

    private readonly byte[] bytes;
    private readonly List<Section> sections = [];

    /// <param name="bytes">The content of the file; it's never written to.</param>
    /// <exception cref="InvalidDataException">The file isn't an ELF file for x86-64, or its section headers lie outside it.</exception>
    public ElfFile(byte[] bytes)
    {
        this.bytes = bytes;
        if (bytes.Length < HeaderSize || UInt32(0) != Magic || UInt16(4) != SixtyFourBitLittleEndian || UInt16(18) != X86_64)
            throw new InvalidDataException("it isn't an ELF file for x86-64");

        var headers = Extent(UInt64(40), (ulong)UInt16(60) * HeaderSize);
        if (UInt16(58) != HeaderSize)
            throw new InvalidDataException($"its section headers have {UInt16(58)} bytes instead of {HeaderSize}");
        for (var at = headers; at < headers + UInt16(60) * HeaderSize; at += HeaderSize)
            sections.Add(new(UInt32(at + 4), UInt64(at + 24), UInt64(at + 32), UInt32(at + 40), UInt32(at + 44)));
    }

    /// <summary>The symbol versions that shared libraries must define for this file to load.</summary>
    public IReadOnlyList<VersionNeed> ListNeeds()
    {
        var needs = new List<VersionNeed>();
        foreach (var section in sections.Where(section => section.Type == VersionNeeds))
        {
            var (table, names) = (Locate(section), LocateLinked(section));
            foreach (var library in Chain(table, table.Start, section.Info, NeedSize, next: 12))
                foreach (var version in Chain(table, library + UInt32(library + 8), UInt16(library + 2), NeedSize, next: 12))
                {
                    var name = Text(names, UInt32(version + 8));
                    if (UInt32(version) != Hash(name))
                        throw new InvalidDataException($"the hash of {name} is wrong");
                    var isWeak = (UInt16(version + 4) & Weak) != 0;
                    needs.Add(new(Text(names, UInt32(library + 4)), name, UInt16(version + 6), isWeak, FlagsOffset: version + 4));
                }
        }
        return needs;
    }

    /// <summary>The symbol versions that this file, a shared library, defines.</summary>
    public IReadOnlyList<string> ListDefinitions()
    {
        var definitions = new List<string>();
        foreach (var section in sections.Where(section => section.Type == VersionDefinitions))
        {
            var (table, names) = (Locate(section), LocateLinked(section));
            foreach (var definition in Chain(table, table.Start, section.Info, DefinitionSize, next: 16))
                definitions.Add(Text(names, UInt32(Inside(table, definition + UInt32(definition + 12), NameSize))));
        }
        return definitions;
    }

    /// <summary>Whether a relocation refers to a symbol of this version, so that the file can't work without it.</summary>
    public bool IsRelocated(VersionNeed need)
    {
        var versions = sections.Find(section => section.Type == SymbolVersions);
        if (versions.Type == 0)
            throw new InvalidDataException("a section is missing");
        var table = Locate(versions);
        foreach (var section in sections.Where(section => section.Type == Rela && section.Link == versions.Link))
        {
            var relocations = Locate(section);
            for (var at = relocations.Start; at + RelocationSize <= relocations.End; at += RelocationSize)
            {
                var symbol = UInt32(at + 12); // the upper half of r_info
                if ((UInt16(Inside(table, table.Start + 2L * symbol, 2)) & 0x7fff) == need.Index)
                    return true;
            }
        }
        return false;
    }

    /// <summary>The offsets of entries that each hold the distance to the next one; none overlaps another.</summary>
    private IEnumerable<int> Chain(Range table, long first, uint count, int size, int next)
    {
        for (var at = first; count > 0; count--)
        {
            var entry = Inside(table, at, size);
            yield return entry;
            var distance = UInt32(entry + next);
            if (count > 1 ? distance < size : distance != 0)
                throw new InvalidDataException("the number of its symbol versions is wrong");
            at += distance;
        }
    }

    private Range LocateLinked(Section section) =>
        section.Link < sections.Count ? Locate(sections[(int)section.Link]) : throw new InvalidDataException("a section is missing");

    private Range Locate(Section section)
    {
        var start = Extent(section.Offset, section.Size);
        return new(start, start + (int)section.Size);
    }

    private int Extent(ulong offset, ulong size) => size <= (ulong)bytes.Length && offset <= (ulong)bytes.Length - size
        ? (int)offset
        : throw new InvalidDataException("a section lies outside it");

    private static int Inside(Range table, long at, int size) => at >= table.Start && at + size <= table.End
        ? (int)at
        : throw new InvalidDataException("an entry lies outside its section");

    private string Text(Range names, uint offset)
    {
        var start = Inside(names, names.Start + (long)offset, 1);
        var end = Array.IndexOf(bytes, (byte)0, start, names.End - start);
        return end >= 0 ? Encoding.ASCII.GetString(bytes, start, end - start) : throw new InvalidDataException("a name has no end");
    }

    /// <summary>The hash function of the System V ABI.</summary>
    private static uint Hash(string name)
    {
        uint hash = 0;
        foreach (var character in name)
        {
            hash = (hash << 4) + character;
            hash = (hash ^ (hash & 0xf0000000) >> 24) & 0x0fffffff;
        }
        return hash;
    }

    private ushort UInt16(int at) => (ushort)(bytes[at] | bytes[at + 1] << 8);

    private uint UInt32(int at) => UInt16(at) | (uint)UInt16(at + 2) << 16;

    private ulong UInt64(int at) => UInt32(at) | (ulong)UInt32(at + 4) << 32;

    private record struct Section(uint Type, ulong Offset, ulong Size, uint Link, uint Info);

    private record struct Range(int Start, int End);
}

/// <summary>A symbol version that a shared library must define.</summary>
/// <param name="Library">The name of the library, such as <c>libstdc++.so.6</c>.</param>
/// <param name="Version">The name of the version, such as <c>GLIBCXX_3.4.32</c>.</param>
/// <param name="Index">The number that .gnu.version gives to symbols of this version.</param>
/// <param name="IsWeak">Whether the file loads without it.</param>
/// <param name="FlagsOffset">The position of the entry's flags in the file.</param>
internal record struct VersionNeed(string Library, string Version, ushort Index, bool IsWeak, int FlagsOffset);
