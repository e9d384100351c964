using System.Globalization;

namespace CM.Runtime;

/// <summary>The folder <c>checkpoints</c> of a run: <c>step-000123.safetensors</c>, the newest few of them.</summary>
internal sealed class CheckpointFolder(string path)
{
    private const string Prefix = "step-";
    private const string Suffix = ".safetensors";
    private const int Keep = 3;

    /// <summary>The checkpoint with the most steps; null where there is none.</summary>
    public string? Newest => OldestFirst().LastOrDefault();

    /// <summary>Writes a checkpoint, then deletes those that are too old.</summary>
    public void Save(TrainingState state, Training training)
    {
        Directory.CreateDirectory(path);
        Checkpoint.Write(Path.Combine(path, $"{Prefix}{state.Step:D6}{Suffix}"), state, training);
        foreach (var old in OldestFirst().SkipLast(Keep).ToList())
            File.Delete(old);
    }

    private IEnumerable<string> OldestFirst() => Directory.Exists(path)
        ? Directory.EnumerateFiles(path, Prefix + "*" + Suffix).Where(file => StepOf(file) >= 0).OrderBy(StepOf)
        : [];

    private static int StepOf(string file) =>
        int.TryParse(Path.GetFileNameWithoutExtension(file).AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : -1;
}
