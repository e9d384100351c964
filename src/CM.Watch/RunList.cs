using System.Security.Cryptography;
using System.Text;

namespace CM.Watch;

/// <summary>The runs that are shown. Names in requests are looked up here; they never become part of a path.</summary>
internal sealed class RunList
{
    private const string DefaultFolder = "runs";
    private readonly string[] folders;

    /// <param name="folders">Folders of runs, or folders in which there are some; none for the usual one.</param>
    /// <exception cref="UserError">One is not there, or holds no run.</exception>
    public RunList(IReadOnlyList<string> folders)
    {
        foreach (var folder in folders)
        {
            if (!Directory.Exists(folder))
                throw new UserError($"{folder}: there is no such folder; name that of a run, such as {DefaultFolder}/NAME-20260131-120000, or one with runs in it.");
            if (!RunsIn(folder).Any())
                throw new UserError($"{folder}: is no run and holds none; a run is a folder with a run.json, as training makes it.");
        }
        this.folders = folders.Count > 0 ? [.. folders] : [DefaultFolder];
    }

    /// <summary>The runs that are there now, newest first.</summary>
    public IReadOnlyList<Run> Find() =>
        [.. folders.SelectMany(RunsIn).Select(Path.GetFullPath).Distinct().Select(path => new Run(IdOf(path), path)).OrderByDescending(run => run.Started).ThenBy(run => run.Path, StringComparer.Ordinal)];

    /// <summary>The run that a request names; null where there is none.</summary>
    public Run? this[string id] => folders.SelectMany(RunsIn).Select(Path.GetFullPath).FirstOrDefault(path => IdOf(path) == id) is { } found ? new Run(id, found) : null;

    private static IEnumerable<string> RunsIn(string folder) =>
        IsRun(folder) ? [folder]
        : Directory.Exists(folder) ? Directory.EnumerateDirectories(folder).Where(IsRun)
        : [];

    private static bool IsRun(string folder) => File.Exists(Path.Combine(folder, Run.DescriptionFile));

    private static string IdOf(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..12];
}
