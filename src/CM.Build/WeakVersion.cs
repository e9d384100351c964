namespace CM.Build;

/// <summary>Makes a needed symbol version optional.</summary>
internal static class WeakVersion
{
    /// <summary>Sets VER_FLG_WEAK on one needed symbol version, provided that no relocation refers to a symbol of it.</summary>
    /// <param name="file">The content of an ELF file; it stays as it is.</param>
    /// <param name="library">The name of the library that the version is needed from.</param>
    /// <param name="version">The name of the version.</param>
    public static WeakVersionResult Mark(byte[] file, string library, string version)
    {
        try
        {
            var elf = new ElfFile(file);
            var needs = elf.ListNeeds().Where(need => need.Library == library && need.Version == version).ToList();
            if (needs.Count == 0)
                return new(WeakVersionOutcome.NotNeeded);
            if (needs.Count > 1)
                return new(WeakVersionOutcome.Refused, Reason: $"it names {version} twice");
            var need = needs[0];
            if (need.IsWeak)
                return new(WeakVersionOutcome.AlreadyWeak);
            if (elf.IsRelocated(need))
                return new(WeakVersionOutcome.Refused, Reason: $"it uses symbols of {version}");

            var marked = (byte[])file.Clone();
            marked[need.FlagsOffset] |= ElfFile.Weak;
            return new(WeakVersionOutcome.Marked, marked);
        }
        catch (InvalidDataException invalid)
        {
            return new(WeakVersionOutcome.Refused, Reason: invalid.Message);
        }
    }
}

internal enum WeakVersionOutcome { Marked, NotNeeded, AlreadyWeak, Refused }

/// <param name="Outcome">The outcome.</param>
/// <param name="Bytes">The content with the flag set, if the outcome is <see cref="WeakVersionOutcome.Marked"/>.</param>
/// <param name="Reason">The reason for a refusal.</param>
internal record struct WeakVersionResult(WeakVersionOutcome Outcome, byte[]? Bytes = null, string? Reason = null);
