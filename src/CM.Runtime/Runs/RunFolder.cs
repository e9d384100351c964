using System.Text.Json;
using System.Text.Json.Nodes;

namespace CM.Runtime;

/// <summary>
/// Everything a run leaves behind: <c>run.json</c>, <c>log.jsonl</c>, <c>samples/step-000123.png</c>,
/// <c>checkpoints/step-000123.safetensors</c>,
/// <c>averages/power-0.05-step-000123.safetensors</c>, <c>source/*.cs.txt</c>, <c>source/generated/*.g.cs.txt</c>,
/// <c>events.out.tfevents.*</c> for
/// TensorBoard.
/// </summary>
internal sealed class RunFolder
{
    private const string Runs = "runs";

    private RunFolder(string path)
    {
        Path = path;
        Checkpoints = new CheckpointFolder(System.IO.Path.Combine(path, "checkpoints"));
        Snapshots = new SnapshotFolder(System.IO.Path.Combine(path, "averages"));
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The saved trainings in it.</summary>
    public CheckpointFolder Checkpoints { get; }

    /// <summary>Averages that were put aside.</summary>
    public SnapshotFolder Snapshots { get; }

    /// <summary>Path of the log.</summary>
    public string Log => System.IO.Path.Combine(Path, "log.jsonl");

    /// <summary>Folder of the pictures of samples.</summary>
    public string Samples => System.IO.Path.Combine(Path, "samples");

    /// <summary>Makes the folder of a new run.</summary>
    /// <param name="given">Path given by the user; null for a name made of the experiment and the time.</param>
    /// <param name="experiment">Name of the experiment.</param>
    /// <exception cref="UserError">There is something in it already, or it cannot be written.</exception>
    public static RunFolder Create(string? given, string experiment)
    {
        var path = given ?? Unused(System.IO.Path.Combine(Runs, $"{experiment}-{DateTime.Now:yyyyMMdd-HHmmss}"));
        try
        {
            if (File.Exists(path))
                throw new UserError($"--out {path}: that is a file; name a folder that does not exist yet.");
            if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
                throw new UserError($"--out {path}: holds {ContentOf(path)} already; name a folder that is empty or does not exist yet.");
            Directory.CreateDirectory(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"{path}: the folder of the run cannot be made ({failure.Message.TrimEnd('.')}); "
                + "name another with --out DIR.", failure);
        }
        return new RunFolder(path);
    }

    /// <summary>Opens the folder of an earlier run.</summary>
    /// <exception cref="UserError">It is none.</exception>
    public static RunFolder Open(string path)
    {
        if (!Directory.Exists(path))
            throw new UserError($"{path}: there is no such run; a run is the folder that training printed, "
                + "such as runs/NAME-20260131-120000.");
        return new RunFolder(path);
    }

    /// <summary>Finds the newest run of an experiment that did all its steps.</summary>
    /// <exception cref="UserError">There is none.</exception>
    public static RunFolder NewestFinished(string experiment)
    {
        var unfinished = 0;
        var folders = Directory.Exists(Runs) ? Directory.EnumerateDirectories(Runs).Where(path => ExperimentOf(path) == experiment) : [];
        var runs = folders.Select(path => new RunFolder(path)).Where(run => run.Checkpoints.Newest is not null);
        foreach (var run in runs.OrderByDescending(run => File.GetLastWriteTimeUtc(run.Checkpoints.Newest!)))
        {
            using var checkpoint = run.OpenNewest();
            if (checkpoint.State.Step >= checkpoint.State.Steps)
                return run;
            unfinished++;
        }

        var found = unfinished > 0
            ? $"{unfinished} of {Runs}/ {(unfinished == 1 ? "is" : "are")} not finished"
            : $"there is none in {Runs}/";
        throw new UserError($"A finished run of {experiment} is needed for its weights, and {found}; "
            + $"train it first ({ProgramName.Command("train", experiment)}), or name a run with --from RUN.");
    }

    /// <summary>A picture of samples made after so many steps.</summary>
    public string Picture(int step) => System.IO.Path.Combine(Samples, $"step-{step:D6}.png");

    /// <summary>Opens the newest checkpoint.</summary>
    /// <exception cref="UserError">There is none, or it is damaged.</exception>
    public Checkpoint OpenNewest() => Checkpoint.Open(NewestCheckpoint);

    /// <summary>The newest checkpoint.</summary>
    /// <exception cref="UserError">There is none.</exception>
    public string NewestCheckpoint =>
        Checkpoints.Newest ?? throw new UserError($"{Path}: there is no checkpoint in it (checkpoints/step-*.safetensors), "
            + "so it is not a run that can be continued or sampled.");

    /// <summary>The weights of a training that the user named.</summary>
    /// <param name="training"> Loaded from a checkpoint of this run; where the average has to be made first, it takes the place of the
    /// trained weights. </param>
    /// <param name="step">Steps done in that checkpoint.</param>
    /// <param name="average">Name of an average, <c>online</c>, or <c>power-WIDTH</c>; null for those that make the samples.</param>
    /// <exception cref="UserError">There is no such average, and it cannot be made.</exception>
    public ParameterStore Weights(ConsistencyTrainer training, int step, string? average)
    {
        if (average is null)
            return training.BestWeights;
        if (training.WeightsOf(average) is { } known)
            return known;
        if (!PowerFunctionEma.IsName(average, out var deviation))
            throw new UserError($"--ema {average}: there is no such average; there are: "
                + $"{string.Join(", ", training.Averages.Select(each => each.Rule.Name).Append(ConsistencyTrainer.Online))}.");
        Snapshots.Reconstruct(training.Weights, new(step, deviation));
        return training.Weights;
    }

    /// <summary>Writes <c>run.json</c>: what is trained, and with what.</summary>
    public void Describe(JsonObject description) =>
        AtomicFile.Write(System.IO.Path.Combine(Path, "run.json"), stream => stream.Write(JsonText.Bytes(description, indented: true)));

    /// <summary>
    /// Writes the declaration and the code generated from it: <c>source/Experiments.cs.txt</c>,
    /// <c>source/generated/Moons.Moons.g.cs.txt</c>. A run often lies inside its project, and the SDK compiles every <c>.cs</c> file there.
    /// </summary>
    public void WriteSources(IEnumerable<DeclaredSource> sources)
    {
        foreach (var source in sources)
        {
            var folder = System.IO.Path.Combine(Path, "source", source.IsGenerated ? "generated" : "");
            Directory.CreateDirectory(folder);
            var name = $"{source.Name}.txt";
            for (var i = 2; System.IO.Path.Exists(System.IO.Path.Combine(folder, name)); i++)
                name = $"{System.IO.Path.GetFileNameWithoutExtension(source.Name)}-{i}.cs.txt"; // two assemblies may have files of one name
            File.WriteAllText(System.IO.Path.Combine(folder, name), source.Text);
        }
    }

    private static string ContentOf(string path) => ExperimentOf(path) is { } name ? $"a run of {name}" : "files";

    private static string? ExperimentOf(string path)
    {
        try
        {
            return (string?)JsonNode.Parse(File.ReadAllText(System.IO.Path.Combine(path, "run.json")))?["experiment"];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string Unused(string path)
    {
        var name = path;
        for (var i = 2; System.IO.Path.Exists(name); i++)
            name = $"{path}-{i}";
        return name;
    }
}
