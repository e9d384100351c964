using System.CommandLine;
using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;

namespace CM.Runtime;

/// <summary><c>pack NAME</c>: one archive that trains an experiment on a machine with a PyTorch or a libtorch, but with neither .NET nor a network.</summary>
internal static class PackCommand
{
    private const string NativeSources = "native";

    // The first time that a zip can hold; every entry gets it, so that packing twice gives the same bytes.
    private static readonly DateTimeOffset Time = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static Command New(Session session)
    {
        var name = new Argument<string>("NAME") { Description = "The experiment that the archive trains." };
        var file = new Option<string?>("--out", "-o") { Description = "The archive. Default: NAME.tar.gz.", HelpName = "FILE" };
        var beside = new Option<string[]>("--beside") { Description = "Another program to take along, which run.sh starts by the name before the sign.", HelpName = "NAME=PROGRAM", DefaultValueFactory = _ => [] };
        var command = new Command("pack", "Pack program, .NET and native sources for a machine that has PyTorch, but neither .NET nor a network.") { name, file, beside };
        command.SetAction(parsed =>
        {
            var experiment = session.Experiment(parsed.GetRequiredValue(name)).Plan.Name;
            var target = parsed.GetValue(file) ?? $"{experiment}.tar.gz";
            var others = parsed.GetValue(beside)!.Select(Beside).ToArray();
            AtomicFile.Write(target, stream => Write(stream, experiment, others));
            session.Output.WriteLine($"{target}: {new FileInfo(target).Length / 1e6:N1} MB; there, with g++ and a PyTorch 2.x or libtorch: tar xzf {Path.GetFileName(target)} && {experiment}/run.sh doctor && {experiment}/run.sh train {experiment}");
        });
        return command;
    }

    private static Other Beside(string option)
    {
        var (name, program) = option.Split('=', 2) is [{ Length: > 0 } before, { Length: > 0 } after] ? (before, after) : throw new UserError($"--beside {option}: write NAME=PROGRAM, such as bench=bench/Steps/bin/Release/net10.0/Steps.dll.");
        return File.Exists(program) ? new(name, Path.GetDirectoryName(Path.GetFullPath(program))!, Path.GetFileName(program)) : throw new UserError($"--beside {option}: there is no {program}; build it first.");
    }

    /// <param name="Name">What run.sh calls it.</param>
    /// <param name="Folder">Where it is.</param>
    /// <param name="Program">The file that dotnet runs.</param>
    private sealed record Other(string Name, string Folder, string Program);

    private static void Write(Stream stream, string experiment, Other[] others)
    {
        using var packed = new GZipStream(stream, CompressionLevel.SmallestSize, leaveOpen: true);
        using var archive = new TarWriter(packed, TarEntryFormat.Ustar);
        foreach (var (name, path) in Files().Concat(others.SelectMany(FilesOf)).OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            using var content = File.OpenRead(path);
            Add($"{experiment}/{name}", content, executable: name is "dotnet/dotnet" || name.EndsWith(".sh", StringComparison.Ordinal));
        }
        using var script = new MemoryStream(Encoding.UTF8.GetBytes(Script(Path.GetFileName(Program), others)));
        Add($"{experiment}/run.sh", script, executable: true);

        void Add(string name, Stream content, bool executable)
        {
            const UnixFileMode readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
            const UnixFileMode runnable = readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
            archive.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = content, ModificationTime = Time, Mode = executable ? runnable : readable });
        }
    }

    // app/ is this program, dotnet/ the .NET that runs it, native/ what is built over the other machine's torch.
    private static IEnumerable<(string Name, string Path)> Files()
    {
        var app = AppContext.BaseDirectory;
        if (!Directory.Exists(Path.Combine(app, NativeSources)))
            throw new UserError($"{Path.Combine(app, NativeSources)}: the sources of the native part are missing beside the program; {Backend.Name} {(Backend.HasNativePart ? "puts them there, build it again" : "has none, build with TorchBackend=LibTorch")}.");
        foreach (var file in Below(app).Where(file => Path.GetExtension(file.Name) is not (".pdb" or ".xml") && file.Name != "libcmtorch.so"))
            yield return (file.Name.StartsWith($"{NativeSources}/", StringComparison.Ordinal) ? file.Name : $"app/{file.Name}", file.Path);

        var runtime = RuntimeEnvironment.GetRuntimeDirectory().TrimEnd('/');
        var (version, shared) = (Path.GetFileName(runtime), Path.GetDirectoryName(Path.GetDirectoryName(runtime))!);
        var root = Path.GetDirectoryName(shared)!;
        yield return ("dotnet/dotnet", Existing(Path.Combine(root, "dotnet")));
        yield return ($"dotnet/host/fxr/{version}/libhostfxr.so", Existing(Path.Combine(root, "host", "fxr", version, "libhostfxr.so")));
        foreach (var framework in Frameworks())
            foreach (var (name, path) in Below(Existing(Path.Combine(shared, framework, version))).Where(file => Path.GetExtension(file.Name) != ".xml"))
                yield return ($"dotnet/shared/{framework}/{version}/{name}", path);
    }

    private static IEnumerable<(string Name, string Path)> FilesOf(Other other) =>
        Below(other.Folder).Where(file => Path.GetExtension(file.Name) is not (".pdb" or ".xml") && file.Name != "libcmtorch.so" && !file.Name.StartsWith($"{NativeSources}/", StringComparison.Ordinal))
            .Select(file => ($"{other.Name}/{file.Name}", file.Path));

    private static string Existing(string path) =>
        Path.Exists(path) ? path : throw new UserError($"{path}: is missing, so this .NET cannot be packed; run pack with a .NET as its installer or archive lays it out.");

    // The program itself, as a file that dotnet runs.
    private static string Program => Environment.GetCommandLineArgs()[0];

    // Those that the program asks for.
    private static IEnumerable<string> Frameworks()
    {
        var options = JsonNode.Parse(File.ReadAllText(Path.ChangeExtension(Program, ".runtimeconfig.json")))!["runtimeOptions"]!;
        return ((IEnumerable<JsonNode?>?)options["frameworks"]?.AsArray() ?? [options["framework"]]).Select(framework => (string)framework!["name"]!).Append("Microsoft.NETCore.App").Distinct();
    }

    private static IEnumerable<(string Name, string Path)> Below(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(path => (Path.GetRelativePath(folder, path).Replace('\\', '/'), path));

    private static string Script(string program, Other[] others) => $$"""
        #!/usr/bin/env bash
        # ./run.sh doctor, ./run.sh train NAME, ./run.sh --help. Builds the native part over the torch of this machine the first time.
        set -euo pipefail
        root=$(cd "$(dirname "$0")" && pwd)
        "$root/native/build.sh" "$root/.cm/native"
        export DOTNET_ROOT="$root/dotnet" DOTNET_CLI_TELEMETRY_OPTOUT=1 CM_NATIVE="$root/.cm/native" CM_PROGRAM="$0" CM_PYTHON="${CM_PYTHON:-python3}"
        case "${1:-}" in
        {{string.Concat(others.Select(other => $"    {other.Name}) shift && exec \"$root/dotnet/dotnet\" \"$root/{other.Name}/{other.Program}\" \"$@\" ;;\n"))}}    *) exec "$root/dotnet/dotnet" "$root/app/{{program}}" "$@" ;;
        esac

        """.ReplaceLineEndings("\n");
}
