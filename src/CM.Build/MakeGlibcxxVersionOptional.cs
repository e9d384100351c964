using Microsoft.Build.Framework;

namespace CM.Build;

/// <summary>
/// Lets TorchSharp's native library load where libstdc++ is older than GCC 13's. The library needs a symbol version but no symbol of it;
/// this task marks the version as weak in the copies of the library in an output folder.
/// </summary>
public sealed class MakeGlibcxxVersionOptional : Microsoft.Build.Utilities.Task
{
    private const string Library = "libstdc++.so.6", Version = "GLIBCXX_3.4.32";

    /// <summary>The copies in the output folder; those that don't exist are skipped.</summary>
    [Required]
    public ITaskItem[] Files { get; set; } = [];

    /// <summary>The files of libstdc++ that a program on this machine may load.</summary>
    internal IReadOnlyList<string> SystemLibraries { get; set; } = CM.Build.SystemLibraries.Find(Library);

    public override bool Execute()
    {
        foreach (var file in Files.Select(file => file.GetMetadata("FullPath")).Where(File.Exists))
        {
            var (importance, text) = MarkWeak(file);
            Log.LogMessage(importance, "{0}: {1}", Path.GetFileName(file), text);
        }
        return true;
    }

    private (MessageImportance, string) MarkWeak(string file)
    {
        try
        {
            var content = File.ReadAllBytes(file);
            var result = WeakVersion.Mark(content, Library, Version);
            if (result.Outcome == WeakVersionOutcome.NotNeeded)
                return (MessageImportance.Low, $"left as it is: it doesn't need {Version}");
            if (result.Outcome == WeakVersionOutcome.AlreadyWeak)
                return (MessageImportance.Low, $"left as it is: {Version} is optional already");

            var older = SystemLibraries.Select(path => (Path: path, Defined: ListDefinitions(path)))
                .Where(library => library.Defined.Count > 0 && !library.Defined.Contains(Version)).ToList();
            if (older.Count == 0)
                return (MessageImportance.Low, $"left as it is: no {Library} here lacks {Version}");
            if (result.Bytes is not { } marked)
                return (MessageImportance.High, $"left as it is: {result.Reason}, and {older[0].Path} lacks {Version}");

            var needs = new ElfFile(marked).ListNeeds().Where(need => need.Library == Library && !need.IsWeak).Select(need => need.Version);
            var (path, lacked) = older.Select(library => (library.Path, Lacked: needs.Except(library.Defined).FirstOrDefault()))
                .OrderBy(library => library.Lacked is not null).First();
            if (lacked is not null)
                return (MessageImportance.High, $"left as it is: {path} lacks {lacked}; the program needs a newer {Library}");

            Replace(file, marked);
            return (MessageImportance.High, $"{Version} is optional now, {path} lacks it");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (MessageImportance.High, $"left as it is: {e.Message}");
        }
    }

    private static IReadOnlyList<string> ListDefinitions(string library)
    {
        try
        {
            return new ElfFile(File.ReadAllBytes(library)).ListDefinitions();
        }
        catch (InvalidDataException) // for another processor, say
        {
            return [];
        }
    }

    /// <summary>
    /// Puts a new file in place of the old one, which may be a link into the package cache.
    /// It keeps the time, by which MSBuild sees that the copy is up to date, and the mode.
    /// </summary>
    private static void Replace(string file, byte[] content)
    {
        var copy = $"{file}.{Guid.NewGuid():N}";
        try
        {
            File.Copy(file, copy);
            var time = File.GetLastWriteTimeUtc(copy);
            File.SetAttributes(copy, FileAttributes.Normal);
            File.WriteAllBytes(copy, content);
            File.SetLastWriteTimeUtc(copy, time);
            File.Replace(copy, file, null);
        }
        finally
        {
            File.Delete(copy);
        }
    }
}
