using System.Security.Cryptography;
using System.Text;

namespace CM.Driver;

/// <summary>Decides whether a target is built from what is there now, without MSBuild, which takes seconds for the same answer.</summary>
/// <param name="workspace">The checkout.</param>
internal sealed class Freshness(Workspace workspace)
{
    private static readonly string[] Settings = [".props", ".targets", ".config", ".json", ".editorconfig"];
    private static readonly string[] Outputs = ["bin", "obj", "runs", "TestResults", "BenchmarkDotNet.Artifacts", "__pycache__"];

    /// <summary>A hash over names, sizes and times of all files that a target is built from, and over the torch package.</summary>
    public string Fingerprint(Target target, string torchPackage)
    {
        var root = new DirectoryInfo(workspace.Root);
        var files = root.EnumerateFiles().Where(file => Settings.Contains(file.Extension) || file.Name == target.Project)
            .Concat(target.Sources.SelectMany(folder => Files(new(Path.Combine(workspace.Root, folder)))));
        var text = new StringBuilder(target.UsesTorch ? torchPackage : "");
        foreach (var file in files.OrderBy(file => file.FullName, StringComparer.Ordinal))
            text.Append($"\n{Path.GetRelativePath(workspace.Root, file.FullName)} {file.Length} {file.LastWriteTimeUtc.Ticks}");
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>Whether the last build of a target had the same sources and torch package, and its program is still there.</summary>
    public bool IsFresh(Target target, string torchPackage) =>
        File.Exists(Record(target))
        && File.ReadAllText(Record(target)) == Fingerprint(target, torchPackage)
        && (target.Program is null || File.Exists(target.Assembly(workspace.Root)));

    /// <summary>Remembers the fingerprint of a build that succeeded.</summary>
    public void Keep(Target target, string fingerprint) => File.WriteAllText(Record(target), fingerprint);

    private string Record(Target target) => Path.Combine(workspace.State, $"built-{target.Project.Replace('/', '-')}");

    private static IEnumerable<FileInfo> Files(DirectoryInfo folder) =>
        folder.EnumerateFiles().Concat(folder.EnumerateDirectories().Where(IsSource).SelectMany(Files));

    private static bool IsSource(DirectoryInfo folder) => !folder.Name.StartsWith('.') && !Outputs.Contains(folder.Name);
}
