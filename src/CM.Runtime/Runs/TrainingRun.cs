using System.Diagnostics;
using System.Text.Json.Nodes;
using CM.Dsl;

namespace CM.Runtime;

/// <summary>
/// The runtime's side of a training: data in, and out of it the progress, the log, pictures and checkpoints. The loop itself is in the
/// generated code: <c>Begin</c>, then <c>NextBatch</c> and <c>EndStep</c> while there is a <c>NextStep</c>, then <c>Finish</c>.
/// </summary>
public class TrainingRun : IDisposable
{
    private const int LogLines = 500;
    private const int Pictures = 10;
    private const int StepsBetweenAnswers = 16;
    private static readonly TimeSpan LongestUnsaved = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LongestUnlogged = TimeSpan.FromMinutes(1);

    private readonly ExperimentPlan plan;
    private readonly RunFolder folder;
    private readonly IExamples examples;
    private readonly Checkpoint? from;
    private readonly Checkpoint? origin;
    private readonly SavedWeights? weights;
    private readonly Display display;
    private readonly StopSignal stop = new();
    private readonly Stopwatch unsaved = new();
    private readonly Stopwatch unlogged = new();

    private ConsistencyTrainer? training;
    private BatchFeed? feed;
    private Tensor? classes;
    private RunMeter? meter;
    private RunLog? log;
    private RunPictures? pictures;
    private RunEvaluation? evaluation;
    private int done;
    private int first;
    private int saved = -1;
    private int shown = -1;
    private int logged;
    private bool logs;
    private (int Step, double? Distance) judged = (-1, null);

    /// <summary>Prepares a run.</summary>
    /// <param name="plan">Plan of the experiment.</param>
    /// <param name="setup">Steps, batch, seed, device.</param>
    /// <param name="folder">Destination.</param>
    /// <param name="examples">The data.</param>
    /// <param name="from">Checkpoint to resume from; null for a new run.</param>
    /// <param name="display">Display of the progress.</param>
    /// <param name="origin">The run of another experiment that weights come from; null where none do, or where a run goes on.</param>
    /// <param name="weights">Weights that the user gave; null where there are none.</param>
    internal TrainingRun(
        ExperimentPlan plan, TrainingSetup setup, RunFolder folder, IExamples examples, Checkpoint? from, Display display,
        Checkpoint? origin = null, SavedWeights? weights = null)
    {
        this.plan = plan;
        this.folder = folder;
        this.examples = examples;
        this.from = from;
        this.origin = origin;
        this.weights = weights;
        this.display = display;
        Setup = setup;
    }

    /// <summary>Prepares to take steps of a run again.</summary>
    private protected TrainingRun(TrainingRun run, Checkpoint from)
        : this(run.plan, run.Setup, run.folder, run.examples, from, run.display)
    {
    }

    /// <summary>Steps, batch, seed, device.</summary>
    public TrainingSetup Setup { get; }

    /// <summary>The command that goes on with this run.</summary>
    internal string ResumeCommand => ProgramName.Command(
    [
        "train", plan.Name, "--resume", folder.Path,
        .. Setup.MicroBatch is { } part ? ["--micro-batch", $"{part}"] : Array.Empty<string>(),
    ]);

    /// <summary>How the run ended; null before <see cref="Finish"/>.</summary>
    internal RunSummary? Summary { get; private set; }

    /// <summary>Whether this process writes the run's files.</summary>
    private bool Writes => Setup.Group.Writes();

    /// <summary>Folder of the run.</summary>
    internal RunFolder Folder => folder;

    /// <summary>Steps done.</summary>
    internal int Done
    {
        get => done;
        private protected set => done = value;
    }

    private protected ConsistencyTrainer Current => training ?? throw new InvalidOperationException("Begin comes first.");

    private RunMeter Meter => meter ?? throw new InvalidOperationException("Begin comes first.");

    /// <summary>Starts: with the training's fresh weights, or with those of the checkpoint that is resumed.</summary>
    public virtual void Begin(ConsistencyTrainer training)
    {
        Load(training);
        if (Writes)
        {
            OnDisk(() => log = new RunLog(folder, Meter.Times, done));
            pictures = Sampler.IsVisible(plan) ? new RunPictures(plan, Setup, folder, examples, first) : null;
        }
        evaluation = RunEvaluation.Open(plan, Setup, examples);
        if (Writes && from is null)
            Keep(show: true);
        unsaved.Start();
        unlogged.Start();
        Meter.Resume();
    }

    /// <summary>Gives the training its weights, and begins to prepare data.</summary>
    private protected void Load(ConsistencyTrainer training)
    {
        this.training = training;
        if (from is not null)
        {
            from.Load(training);
            done = logged = saved = shown = from.State.Step;
            first = from.State.FirstStep;
        }
        else if (weights is not null)
        {
            weights.CopyTo(training, plan.Network);
        }
        else if (origin is not null)
        {
            origin.LoadBest(training, plan.Origin!.Starts);
            done = logged = first = plan.Origin.Continues ? origin.State.Step : 0;
        }
        Setup.Group.CheckAlike(training.Weights, done);
        feed = new BatchFeed(examples, plan, Setup, done);
        meter = new RunMeter(plan, training, feed, done);
    }

    /// <summary>Whether there is another step to do; false also when somebody asked to stop.</summary>
    /// <param name="step">The step, counted from 0.</param>
    public virtual bool NextStep(out int step)
    {
        step = done;
        // Communication waits for the device, so processes do not communicate at every step.
        var stops = logs = false;
        if (Setup.Group is null || Setup.Device.type == DeviceType.CPU || done % StepsBetweenAnswers == 0)
            (stops, logs) = Setup.Group.Any(stop.Requested, Writes && unlogged.Elapsed > LongestUnlogged);
        return done < Setup.Steps && !stops;
    }

    /// <summary>The data of the step for this process, <c>[B, …]</c>, float32, on the device; the caller disposes of it.</summary>
    public Tensor NextBatch()
    {
        var batch = NextOfFeed();
        classes?.Dispose();
        classes = batch.Labels;
        return batch.Values;
    }

    /// <summary>
    /// The classes of what <see cref="NextBatch"/> gave last, one-hot: <c>[Batch, classes]</c>, float32, on the device;
    /// the caller disposes of it.
    /// </summary>
    /// <exception cref="InvalidOperationException">The plan has no classes.</exception>
    public Tensor Labels() => OneHot.Of(
        classes ?? throw new InvalidOperationException($"{plan.Name} takes no labels, or NextBatch has not been called."), plan.Classes);

    /// <summary>Ends a step: progress, log, pictures, checkpoint, whichever is due.</summary>
    /// <param name="loss">One number.</param>
    public virtual void EndStep(Tensor loss)
    {
        Meter.Add(loss, done);
        done++;
        if (Writes)
            display.Update(Meter.Report(done));
        if (logs || IsDue(LogLines))
            Log();
        var line = evaluation?.IsDue(done) == true ? Judge() : null;
        if (!Writes)
            return;
        foreach (var average in Current.Averages)
            if (average.Rule is PowerFunctionEma { Snapshots: > 0 } rule && IsDue(rule.Snapshots))
                OnDisk(() => folder.Snapshots.Save(average, rule, done));
        if (IsDue(Pictures) || unsaved.Elapsed > LongestUnsaved || line is not null)
            Keep(show: IsDue(Pictures));
        if (line is not null)
            Write(line);
    }

    /// <summary>Saves what is not saved yet and tells how it went.</summary>
    public virtual void Finish()
    {
        if (logged != done)
            Log();
        if (Writes && (saved != done || shown != done))
            Keep(show: shown != done);
        Setup.Group.Meet();
        Meter.Pause();
        Summary = new RunSummary
        {
            Experiment = plan.Name,
            Run = folder.Path,
            Step = done,
            Steps = Setup.Steps,
            Loss = double.IsFinite(Meter.Loss) ? Meter.Loss : null,
            Seconds = Meter.Seconds,
            ImagesPerSecond = Meter.ImagesPerSecond(done),
            Waiting = double.IsFinite(Meter.Waiting) ? Meter.Waiting : null,
            Summing = Setup.Group is not null && double.IsFinite(Meter.Summing) ? Meter.Summing : null,
            DistanceBefore = pictures?.FirstDistance,
            DistanceAfter = pictures?.LastDistance,
            Picture = pictures?.Newest,
            Checkpoint = folder.Checkpoints.Newest,
            Resume = ResumeCommand,
        };
    }

    /// <summary>Stops preparing batches and closes the log.</summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        meter?.Dispose();
        feed?.Dispose();
        classes?.Dispose();
        log?.Dispose();
        evaluation?.Dispose();
        stop.Dispose();
    }

    /// <summary>The next batch; where the data cannot be read any more, the last checkpoint is still whole.</summary>
    private Batch NextOfFeed()
    {
        try
        {
            return (feed ?? throw new InvalidOperationException("Begin comes first.")).Next();
        }
        catch (UserError fault)
        {
            throw new UserError($"{fault.Message.TrimEnd('.')}; the run stops at step {done}{Rest()}", fault);
        }
    }

    /// <summary>Whether this is one of so many evenly spread steps, or the last.</summary>
    private bool IsDue(int times) => done % Math.Max(1, Setup.Steps / times) == 0 || done == Setup.Steps;

    private void Log()
    {
        var line = Meter.Log(done);
        logged = done;
        unlogged.Restart();
        if (Writes)
            Write(line);
    }

    // All processes together.
    private JsonObject Judge()
    {
        Meter.Pause();
        Meter.Check(done);
        var (line, distance) = evaluation!.Judge(Current, done);
        judged = (done, distance);
        Meter.Resume();
        return line;
    }

    /// <summary>
    /// Looks whether all is well, and writes a checkpoint and, where one is wanted, a picture. The checkpoint says how
    /// near the samples are to the data.
    /// </summary>
    private void Keep(bool show)
    {
        Meter.Pause();
        Meter.Check(done);
        var picture = show ? pictures?.Draw(Current, done) : null;
        var distance = judged.Step == done ? judged.Distance : picture is null || evaluation is not null ? null : pictures!.LastDistance;
        var state = new TrainingState(plan.Name, plan.Declaration, done, Setup.Steps, Setup.Batch, Setup.Seed, first)
        {
            Distance = distance,
        };
        OnDisk(() => folder.Checkpoints.Save(state, Current));
        saved = done;
        if (picture is not null)
            OnDisk(() => Write(pictures!.Write(picture, done), picture));
        if (show)
            shown = done;
        unsaved.Restart();
        Meter.Resume();
    }

    private void Write(JsonObject line, EncodedImage? picture = null)
    {
        OnDisk(() => log!.Write(line, picture));
        display.Logged(line);
    }

    /// <summary>Writes to the run's folder; where that fails, the last checkpoint is still whole.</summary>
    private void OnDisk(Action write)
    {
        try
        {
            write();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"{folder.Path}: cannot be written at step {done} ({failure.Message.TrimEnd('.')}){Rest()}", failure);
        }
    }

    /// <summary>State left after a fault.</summary>
    internal string Rest() =>
        folder.Checkpoints.Newest is { } checkpoint ? $"; {checkpoint} is whole, go on from there with: {ResumeCommand}" : "";
}
