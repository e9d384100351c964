using System.Text.Json.Nodes;

namespace CM.Runtime;

/// <summary>A training that somebody asks for: the experiment, and what is to differ from its declaration.</summary>
public sealed record TrainRequest
{
    /// <summary>The experiment.</summary>
    public required Experiment Experiment { get; init; }

    /// <summary>Optimiser steps in all. Default: as declared, or as the run that is resumed.</summary>
    public int? Steps { get; init; }

    /// <summary>Examples in a step. Default: as declared.</summary>
    public int? Batch { get; init; }

    /// <summary>The seed of every random number. Default: as declared.</summary>
    public long? Seed { get; init; }

    /// <summary>Folder with data files. Default: the environment variable <c>DSLCM_DATA</c>, else <c>data</c> here or above.</summary>
    public string? Data { get; init; }

    /// <summary>Folder of the new run. Default: <c>runs/NAME-date-time</c>.</summary>
    public string? Out { get; init; }

    /// <summary><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>. Default: CUDA where there is a device.</summary>
    public string? Device { get; init; }

    /// <summary>Threads of libtorch. Default: the physical cores.</summary>
    public int? Threads { get; init; }

    /// <summary>Folder of a run to go on with.</summary>
    public string? Resume { get; init; }

    /// <summary>Folder of the run that weights come from, where the experiment takes some. Default: the newest finished one.</summary>
    public string? From { get; init; }

    /// <summary>File of weights that the run starts from.</summary>
    public string? Weights { get; init; }

    /// <summary>Folder of a run whose weights a new run starts from.</summary>
    public string? Fork { get; init; }

    /// <summary>Number of the newest checkpoints that stay, beside the best. Default: 3.</summary>
    public int? Keep { get; init; }

    /// <summary>Examples that are trained on at once. Default: all of a batch.</summary>
    public int? MicroBatch { get; init; }

    private ExperimentPlan Plan => Experiment.Plan;

    /// <summary>Trains. Everything that can be wrong is found before anything is written.</summary>
    /// <param name="display">The display that is told. Default: lines on the console.</param>
    /// <returns>How the run ended.</returns>
    /// <exception cref="UserError">Something is missing, or does not fit together.</exception>
    /// <exception cref="DivergedException">The loss is no longer a number.</exception>
    public RunSummary Run(Display? display = null)
    {
        if (Resume is not null && Out is not null)
            throw new UserError("--out and --resume: a run that is resumed stays in its folder; give one of the two.");
        var starts = ((string Option, string? Given)[])[("--resume", Resume), ("--from", From), ("--weights", Weights), ("--fork", Fork)];
        if (starts.Where(start => start.Given is not null).ToList() is [var one, var two, ..])
            throw new UserError($"{one.Option} and {two.Option}: weights come from one place; give one of the two.");
        var kept = Keep is null ? Keep : Arguments.AtLeastOne(Keep.Value, "--keep");
        LibTorch.UseThreads(Threads);
        var device = LibTorch.DeviceOf(Device);
        return Run(display ?? new PlainDisplay(Console.Out), device, kept);
    }

    private RunSummary Run(Display display, Device device, int? kept)
    {
        using var from = Resume is null ? null : RunFolder.Open(Resume).OpenNewest();
        var before = OriginFolder();
        using var origin = before?.OpenNewest();
        var setup = Setup(from?.State, origin?.State, device);
        OutOfMemory.Check(Experiment, setup, setup.AtOnce, DeviceMemory.Free(setup.Device));
        using var weights = OpenWeights(setup, out var choice);
        var remarks = new List<string>();
        var examples = Examples.Open(Plan, Data, remarks.Add);
        if (Plan.Evaluation is { Every: > 0 })
            Features.Open(Plan, null, null, setup.Device)?.Dispose(); // before anything is written

        var folder = Resume is not null ? RunFolder.Open(Resume) : RunFolder.Create(Out, Plan.Name);
        folder.Checkpoints.Pinned = from?.Name;
        if (kept is not null)
            folder.Checkpoints.Keep = kept.Value;
        if (from is null)
        {
            folder.Describe(Describe(setup, folder, before));
            if (Experiment.Record is { } declared)
                folder.WriteSources(DeclaredSources.Of(declared));
        }
        Introduce(display, setup, folder, from?.State);
        remarks.ForEach(display.Say);
        if (before is not null)
            display.Say($"weights of {before.Path} after step {origin!.State.Step:N0}");
        if (weights is not null)
            display.Say($"weights of {weights.Path}{choice}");

        var (freeBefore, freeThen) = (DeviceMemory.Free(setup.Device), (long?)null);
        using var run = new TrainingRun(Plan, setup, folder, examples, from, display, origin, weights);
        try
        {
            display.During(() => Experiment.Train(run));
        }
        catch (Exception fault) when (OutOfMemory.IsCause(fault) && IsNoted(freeThen = DeviceMemory.Free(setup.Device)))
        {
            throw OutOfMemory.Explain(fault.Message, run, Experiment, freeBefore, freeThen);
        }
        catch (DivergedException diverged)
        {
            var good = folder.Checkpoints.Newest is { } newest
                ? $"the last good checkpoint is {newest}"
                : "there is no good checkpoint yet";
            throw new DivergedException(
                $"{Found(diverged)}; {good}. Lower the learning rate or clip gradients; "
                    + $"to try again from there: {run.ResumeCommand}", diverged);
        }
        var summary = run.Summary ?? throw new InvalidOperationException($"The training of {Plan.Name} came back without Finish.");
        display.Finish(summary);
        return summary;

        string Found(DivergedException diverged)
        {
            display.Say($"{diverged.Message}; the steps since the last checkpoint are taken again, to see where it began");
            return Replay.Find(Experiment, run) ?? $"{diverged.Message}, but not when the steps since the last checkpoint were taken again";
        }

        // A filter sees the memory as it was when none could be had, before anything is freed on the way here.
        static bool IsNoted(long? _) => true;
    }

    // The run that weights come from. One that is resumed has them already.
    private RunFolder? OriginFolder()
    {
        if (Plan.Origin is not { } origin)
            return From is null ? null
                : throw new UserError($"--from {From}: {Plan.Name} takes no weights of another run; "
                    + "declare [InitFrom<T>] or [Frozen<T>].");
        if (Resume is not null || Weights is not null || Fork is not null)
            return null;
        return From is null ? RunFolder.NewestFinished(origin.Experiment) : RunFolder.Open(From);
    }

    /// <summary>The weights that the user named, where they fit.</summary>
    private SavedWeights? OpenWeights(TrainingSetup setup, out string? choice)
    {
        choice = null;
        if (Weights is null && Fork is null)
            return null;
        var weights = Weights is not null
            ? SavedWeights.Open(Weights)
            : SavedWeights.OfCheckpoint(RunFolder.Open(Fork!).NewestCheckpoint, ConsistencyTrainer.Online);
        using var training = Experiment.NewTraining(setup);
        choice = weights.ChoiceOf(weights.CopyTo(training, Plan.Network)); // before anything is written
        return weights;
    }

    private TrainingSetup Setup(TrainingState? state, TrainingState? origin, Device device)
    {
        state?.CheckSame(Plan, Resume!);
        if (origin is not null && origin.Experiment != Plan.Origin!.Experiment)
            throw new UserError($"--from {From}: a run of {origin.Experiment}, but {Plan.Name} takes weights of {Plan.Origin.Experiment}.");
        if (state is not null && Batch is { } batch && batch != state.Batch)
            throw new UserError($"--batch {batch}: {Resume} was trained with batches of {state.Batch}, "
                + "and goes on with those; leave --batch out.");
        if (state is not null && Seed is { } seed && seed != state.Seed)
            throw new UserError($"--seed {seed}: {Resume} was trained with seed {state.Seed}, and goes on with it; leave --seed out.");
        var steps = Arguments.AtLeastOne(Steps ?? state?.Steps ?? Plan.Steps, "--steps");
        if (steps < state?.Step)
            throw new UserError($"--steps {steps}: {Resume} has done {state.Step} steps already; give more, or leave --steps out.");
        if (Plan.Origin is { Continues: true } && steps <= origin?.Step)
            throw new UserError(
                $"{Plan.Name}: counts on from the {origin.Step} steps of {origin.Experiment} and would end at step "
                    + $"{steps}; give more with --steps.");
        var size = Arguments.AtLeastOne(Batch ?? state?.Batch ?? Plan.Batch, "--batch");
        var setup = new TrainingSetup(steps, size, Seed ?? state?.Seed ?? Plan.Seed, device);
        return setup with { MicroBatch = Plan.CheckedMicroBatch(MicroBatch, setup.OwnBatch) };
    }

    private void Introduce(Display display, TrainingSetup setup, RunFolder folder, TrainingState? state)
    {
        var parameters = Numbers.Count(Experiment.Network.Parameters);
        display.Say($"{Plan.Name}: {Plan.Network} with {parameters} parameters, "
            + $"{setup.Steps:N0} steps of {setup.Batch:N0}, seed {setup.Seed}");
        display.Say($"on {setup.Device} with {get_num_threads()} threads, {LibTorch.Description}");
        display.Say(state is null ? $"run: {folder.Path}" : $"run: {folder.Path}, going on after step {state.Step:N0}");
    }

    private JsonObject Describe(TrainingSetup setup, RunFolder folder, RunFolder? before) => new()
    {
        ["experiment"] = Plan.Name,
        ["from"] = before?.Path ?? Weights ?? Fork,
        ["network"] = Plan.Network,
        ["parameters"] = Experiment.Network.Parameters,
        ["data"] = Plan.Data.GetType().Name,
        ["data_shape"] = new JsonArray([.. Plan.DataShape.Select(axis => JsonValue.Create(axis))]),
        ["steps"] = setup.Steps,
        ["batch"] = setup.Batch,
        ["seed"] = setup.Seed,
        ["times"] = new JsonArray(Plan.Times.From, Plan.Times.To),
        ["declaration"] = Plan.DeclarationAsJson(),
        ["command"] = ProgramName.Command(
        [
            "train", Plan.Name, "--steps", $"{setup.Steps}", "--batch", $"{setup.Batch}", "--seed", $"{setup.Seed}",
            "--device", $"{setup.Device}",
            .. Given("--from", before?.Path), .. Given("--weights", Weights), .. Given("--fork", Fork), "--out", folder.Path,
        ]),
        ["device"] = setup.Device.ToString(),
        ["threads"] = get_num_threads(),
        ["versions"] = new JsonObject
        {
            ["dslcm"] = typeof(TrainRequest).Assembly.GetName().Version?.ToString(3),
            ["dotnet"] = Environment.Version.ToString(),
            ["torchsharp"] = LibTorch.TorchSharpVersion,
            ["libtorch"] = __version__,
        },
        ["started"] = DateTimeOffset.Now.ToString("O"),
    };

    private static string[] Given(string option, string? value) => value is null ? [] : [option, value];
}
