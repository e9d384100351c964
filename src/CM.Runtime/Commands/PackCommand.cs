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
        var command = new Command("pack", "Pack program, .NET and native sources for a machine that has PyTorch, but neither .NET nor a network.") { name, file };
        command.SetAction(parsed =>
        {
            var experiment = session.Experiment(parsed.GetRequiredValue(name)).Plan.Name;
            var target = parsed.GetValue(file) ?? $"{experiment}.tar.gz";
            AtomicFile.Write(target, stream => Write(stream, experiment));
            session.Output.WriteLine($"{target}: {new FileInfo(target).Length / 1e6:N1} MB; there, with g++ and a PyTorch 2.x or libtorch: tar xzf {Path.GetFileName(target)} && {experiment}/run.sh doctor && {experiment}/run.sh train {experiment}");
        });
        return command;
    }

    private static void Write(Stream stream, string experiment)
    {
        using var packed = new GZipStream(stream, CompressionLevel.SmallestSize, leaveOpen: true);
        using var archive = new TarWriter(packed, TarEntryFormat.Ustar);
        foreach (var (name, path) in Files().OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            using var content = File.OpenRead(path);
            Add($"{experiment}/{name}", content, executable: name is "dotnet/dotnet" || name.EndsWith(".sh", StringComparison.Ordinal));
        }
        using var script = new MemoryStream(Encoding.UTF8.GetBytes(Script(Path.GetFileName(Program))));
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

    private static string Script(string program) => $"""
        #!/usr/bin/env bash
        # ./run.sh doctor, ./run.sh train NAME, ./run.sh --help. Builds the native part over the torch of this machine the first time.
        set -euo pipefail
        root=$(cd "$(dirname "$0")" && pwd)
        "$root/native/build.sh" "$root/.cm/native"
        export DOTNET_ROOT="$root/dotnet" DOTNET_CLI_TELEMETRY_OPTOUT=1 CM_NATIVE="$root/.cm/native" CM_PROGRAM="$0"
        exec "$root/dotnet/dotnet" "$root/app/{program}" "$@"

        """.ReplaceLineEndings("\n");
}
