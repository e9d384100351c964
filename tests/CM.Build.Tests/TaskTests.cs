using System.Collections;
using System.Runtime.InteropServices;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace CM.Build.Tests;

public sealed partial class TaskTests : IDisposable
{
    private const string Fine = "no libstdc++.so.6 here lacks GLIBCXX_3.4.32";
    private static readonly string[] Older = ["CXXABI_1.3", "GLIBCXX_3.4.29"], Old = [.. Older, "GLIBCXX_3.4.30"];
    private static readonly string[] New = [.. Old, SyntheticElf.Version];
    private static readonly DateTime Packed = new(2026, 5, 7, 10, 3, 28, DateTimeKind.Utc);
    private readonly string folder = Directory.CreateTempSubdirectory("dslcm-task-").FullName;
    private readonly SyntheticElf elf = SyntheticElf.Needing();
    private readonly string package, output;

    public TaskTests()
    {
        package = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "package")).FullName, "lib.so");
        output = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "output")).FullName, "lib.so");
        File.WriteAllBytes(package, elf.Content);
        File.SetLastWriteTimeUtc(package, Packed);
    }

    private byte[] Weak => [.. elf.Content[..elf.FlagsOffset], 2, .. elf.Content[(elf.FlagsOffset + 1)..]];

    [LinuxFact]
    public void A_hard_link_is_replaced_and_never_written_through() => Replaces((from, to) => Link(from, to).ShouldBe(0));

    [LinuxFact]
    public void A_symbolic_link_is_replaced_and_never_written_through() => Replaces((from, to) => File.CreateSymbolicLink(to, from));

    [LinuxFact]
    public void A_copy_is_replaced() => Replaces(File.Copy);

    private void Replaces(Action<string, string> place)
    {
        File.SetUnixFileMode(package, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead);
        place(package, output);
        var library = WriteLibrary("old", Old);

        Run(library).ShouldBe([(MessageImportance.High, $"lib.so: GLIBCXX_3.4.32 is optional now, {library} lacks it")]);
        File.ReadAllBytes(output).ShouldBe(Weak);
        File.ResolveLinkTarget(output, false).ShouldBeNull();
        File.GetLastWriteTimeUtc(output).ShouldBe(Packed, "a later build sees that the copy is up to date");
        File.GetUnixFileMode(output).ShouldBe(File.GetUnixFileMode(package));
        File.ReadAllBytes(package).ShouldBe(elf.Content);
        File.GetLastWriteTimeUtc(package).ShouldBe(Packed);
        Directory.GetFiles(Path.GetDirectoryName(output)!).ShouldBe([output]);

        Run(library).ShouldBe([(MessageImportance.Low, "lib.so: left as it is: GLIBCXX_3.4.32 is optional already")]);
        File.ReadAllBytes(output).ShouldBe(Weak);
    }

    [Fact]
    public void One_older_library_is_enough_since_programs_may_start_without_LD_LIBRARY_PATH()
    {
        File.Copy(package, output);
        var old = WriteLibrary("old", Old);
        Run(WriteLibrary("new", New), WriteLibrary("older", Older), old)
            .ShouldBe([(MessageImportance.High, $"lib.so: GLIBCXX_3.4.32 is optional now, {old} lacks it")]);
        File.ReadAllBytes(output).ShouldBe(Weak);
    }

    [Fact]
    public void A_file_stays_where_libstdcxx_has_the_version() =>
        Leaves(elf.Content, MessageImportance.Low, Fine, WriteLibrary("new", New));

    [Fact]
    public void A_file_stays_where_there_is_no_libstdcxx() => Leaves(elf.Content, MessageImportance.Low, Fine);

    [Fact]
    public void A_file_stays_where_libstdcxx_is_for_another_processor()
    {
        var library = Path.Combine(folder, "arm");
        File.WriteAllBytes(library, SyntheticElf.Needing(machine: 183).Content);
        Leaves(elf.Content, MessageImportance.Low, Fine, library);
    }

    [Fact]
    public void A_file_that_does_not_need_the_version_stays() =>
        Leaves(SyntheticElf.Needing("GLIBCXX_3.4.31").Content, MessageImportance.Low,
            "it doesn't need GLIBCXX_3.4.32", WriteLibrary("old", Old));

    [Fact]
    public void A_file_stays_where_libstdcxx_lacks_more_than_the_version()
    {
        var library = WriteLibrary("older", Older);
        Leaves(elf.Content, MessageImportance.High, $"{library} lacks GLIBCXX_3.4.30; the program needs a newer libstdc++.so.6", library);
    }

    [Fact]
    public void A_file_that_uses_the_version_stays()
    {
        var library = WriteLibrary("old", Old);
        Leaves(SyntheticElf.Needing(relocated: SyntheticElf.Version).Content, MessageImportance.High,
            $"it uses symbols of GLIBCXX_3.4.32, and {library} lacks GLIBCXX_3.4.32", library);
    }

    [Fact]
    public void A_damaged_file_stays()
    {
        var library = WriteLibrary("old", Old);
        Leaves(elf.Content[..^1], MessageImportance.High, $"a section lies outside it, and {library} lacks GLIBCXX_3.4.32", library);
    }

    [Fact]
    public void A_missing_file_is_skipped() => Run(WriteLibrary("old", Old)).ShouldBeEmpty();

    private void Leaves(byte[] content, MessageImportance importance, string reason, params string[] libraries)
    {
        File.WriteAllBytes(output, content);
        File.SetLastWriteTimeUtc(output, Packed);
        Run(libraries).ShouldBe([(importance, $"lib.so: left as it is: {reason}")]);
        File.ReadAllBytes(output).ShouldBe(content);
        File.GetLastWriteTimeUtc(output).ShouldBe(Packed);
    }

    private string WriteLibrary(string name, string[] versions)
    {
        var library = Path.Combine(folder, name);
        File.WriteAllBytes(library, SyntheticElf.Defining(versions));
        return library;
    }

    private (MessageImportance Importance, string Text)[] Run(params string[] libraries)
    {
        var engine = new Engine();
        var task = new MakeGlibcxxVersionOptional { BuildEngine = engine, Files = [new TaskItem(output)], SystemLibraries = libraries };
        task.Execute().ShouldBeTrue();
        return [.. engine.Messages];
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);

    private sealed class Engine : IBuildEngine
    {
        public List<(MessageImportance, string)> Messages { get; } = [];

        public bool ContinueOnError => false;

        public int LineNumberOfTaskNode => 0;

        public int ColumnNumberOfTaskNode => 0;

        public string ProjectFileOfTaskNode => "";

        public void LogMessageEvent(BuildMessageEventArgs e) => Messages.Add((e.Importance, e.Message!));

        public void LogErrorEvent(BuildErrorEventArgs e) => throw new InvalidOperationException(e.Message);

        public void LogWarningEvent(BuildWarningEventArgs e) => throw new InvalidOperationException(e.Message);

        public void LogCustomEvent(CustomBuildEventArgs e) => throw new InvalidOperationException(e.Message);

        public bool BuildProjectFile(string project, string[] targets, IDictionary globalProperties, IDictionary targetOutputs) =>
            throw new InvalidOperationException(project);
    }
}
