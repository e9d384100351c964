using System.Globalization;

namespace CM.Runtime;

/// <summary>
/// The folder <c>checkpoints</c> of a run: <c>step-000123.safetensors</c>, the newest few of them, the best, and the one
/// that the run went on from.
/// </summary>
internal sealed class CheckpointFolder(string path)
{
    private const string Prefix = "step-";
    private const string Suffix = ".safetensors";

    /// <summary>Number of newest ones that stay.</summary>
    public int Keep { get; set; } = 3;

    /// <summary>A checkpoint that stays as long as the run lasts: the one that it went on from.</summary>
    public string? Pinned { get; set; }

    /// <summary>The checkpoint with the most steps; null where there is none.</summary>
    public string? Newest => OldestFirst().LastOrDefault();

    /// <summary>Writes a checkpoint, then deletes those that are too old.</summary>
    public void Save(TrainingState state, ConsistencyTrainer training)
    {
        Directory.CreateDirectory(path);
        Checkpoint.Write(Path.Combine(path, $"{Prefix}{state.Step:D6}{Suffix}"), state, training);
        var old = OldestFirst().SkipLast(Keep).ToList();
        if (old.Count == 0)
            return;
        var best = Best;
        foreach (var file in old.Where(file => file != best && file != Pinned))
            File.Delete(file);
    }

    /// <summary>The checkpoint whose samples were nearest to the data, the earliest of equals; null where none says how near.</summary>
    public string? Best => OldestFirst().Select(file => (File: file, Distance: DistanceOf(file))).Where(each => each.Distance is not null)
        .OrderBy(each => each.Distance).FirstOrDefault().File;

    private static double? DistanceOf(string path)
    {
        try
        {
            using var file = SafetensorsFile.Open(path);
            return TrainingState.DistanceOf(file.Header.Metadata);
        }
        catch (UserError)
        {
            return null; // damaged, so not the best
        }
    }

    private IEnumerable<string> OldestFirst() => Directory.Exists(path)
        ? Directory.EnumerateFiles(path, Prefix + "*" + Suffix).Where(file => StepOf(file) >= 0).OrderBy(StepOf)
        : [];

    private static int StepOf(string file)
    {
        var number = Path.GetFileNameWithoutExtension(file).AsSpan(Prefix.Length);
        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : -1;
    }
}
