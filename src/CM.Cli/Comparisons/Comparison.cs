namespace CM.Cli;

/// <summary>
/// Trains and evaluates the experiments of a group. Finished work is not repeated, so a comparison that was stopped resumes where it
/// was.
/// </summary>
internal sealed class Comparison
{
    private const int Marks = 4; // times that samples are judged within the budget

    private readonly List<Experiment> experiments;
    private readonly string? data;
    private readonly Device device;
    private readonly Display display;
    private readonly double share;

    /// <summary>Prepares.</summary>
    /// <param name="experiments">Those of the group, in the order of declaration.</param>
    /// <param name="folder">Folder of runs and tables.</param>
    /// <param name="share">Fraction of the declared steps that is trained, above 0 and at most 1.</param>
    /// <param name="data">Folder with data files, where the user named one.</param>
    /// <param name="device">Device.</param>
    /// <param name="display">Display of the progress.</param>
    /// <exception cref="UserError">An experiment takes weights of one that is not in the group.</exception>
    public Comparison(IReadOnlyList<Experiment> experiments, string folder, double share, string? data, Device device, Display display)
    {
        Folder = folder;
        List<(Experiment Experiment, int Depth)> found = [.. experiments.Select(experiment => (experiment, Depth(experiment)))];
        this.experiments = [.. found.OrderBy(each => each.Depth).Select(each => each.Experiment)];
        this.share = share;
        this.data = data;
        this.device = device;
        this.display = display;

        // An experiment comes after the one that it takes weights from.
        int Depth(Experiment experiment) => experiment.Plan.Origin is not { } origin ? 0
            : experiments.FirstOrDefault(other => other.Plan.Name == origin.Experiment) is { } other ? 1 + Depth(other)
            : throw new UserError($"{experiment.Plan.Name}: takes weights of {origin.Experiment}, which is not in the comparison; "
                + "declare [Compare] on it too.");
    }

    /// <summary>Folder of runs and tables.</summary>
    public string Folder { get; }

    /// <summary>Trains what is missing, then judges everything.</summary>
    /// <param name="seeds">Number of trainings of each experiment; null for the declared one.</param>
    /// <returns>One row an experiment; null where somebody asked to stop.</returns>
    public IReadOnlyList<ComparedRow>? Run(int? seeds)
    {
        var classifiers = experiments.Select(experiment => experiment.Plan.Evaluation?.Classifier).OfType<ClassifierPlan>();
        foreach (var classifier in classifiers.DistinctBy(plan => plan.Name))
            EnsureTrained(classifier);
        int Seeds(Experiment experiment) => seeds ?? experiment.Plan.Comparison!.Seeds;
        for (var seed = 0; seed < experiments.Max(Seeds); seed++)
            foreach (var experiment in experiments.Where(experiment => seed < Seeds(experiment)))
                if (!Train(experiment, seed))
                    return null;
        return [.. experiments.Select(experiment => Judge(experiment, Seeds(experiment)))];
    }

    private void EnsureTrained(ClassifierPlan classifier)
    {
        try
        {
            TrainedClassifier.Open(classifier, device).Dispose();
        }
        catch (UserError)
        {
            ClassifierRun.Train(classifier, data, device, display).Dispose();
        }
    }

    private int StepsOf(Experiment experiment) => Math.Max(1, (int)Math.Round(experiment.Plan.Steps * share));

    // The steps after which samples are judged: a part of the longest training on the same data.
    private int MarkOf(ExperimentPlan plan) =>
        Math.Max(1, experiments.Where(other => other.Plan.Data.GetType() == plan.Data.GetType()).Max(StepsOf) / Marks);

    private string FolderOf(ExperimentPlan plan, int seed) => Path.Combine(Folder, $"{plan.Name}-{plan.Seed + seed}");

    // False where somebody asked to stop.
    private bool Train(Experiment experiment, int seed)
    {
        var (plan, steps) = (experiment.Plan, StepsOf(experiment));
        var path = FolderOf(plan, seed);
        var exists = Directory.Exists(path);
        if (exists && StepOf(path, plan) >= steps)
            return true;
        var evaluation = plan.Evaluation ?? throw new UserError($"{plan.Name}: belongs to a comparison, and nothing says how it is judged; "
            + "declare [Evaluate] or [Evaluate<TClassifier>] on it.");
        var request = new TrainRequest
        {
            Experiment = experiment with { Plan = plan with { Evaluation = evaluation with { Every = MarkOf(plan) } } },
            Steps = steps,
            Seed = plan.Seed + seed,
            Data = data,
            Device = device.ToString(),
            Out = exists ? null : path,
            Resume = exists ? path : null,
            From = exists || plan.Origin is null
                ? null
                : FolderOf(experiments.First(other => other.Plan.Name == plan.Origin.Experiment).Plan, seed),
        };
        return request.Run(new BriefDisplay(display)).Step >= steps;
    }

    private static int StepOf(string path, ExperimentPlan plan)
    {
        using var checkpoint = RunFolder.Open(path).OpenNewest();
        try
        {
            checkpoint.State.CheckSame(plan, checkpoint.Name);
        }
        catch (UserError changed)
        {
            throw new UserError($"{path}: was trained under another declaration; delete it, "
                + $"and it is trained anew. {changed.Message}", changed);
        }
        return checkpoint.State.Step;
    }

    private ComparedRow Judge(Experiment experiment, int seeds)
    {
        var plan = experiment.Plan;
        display.Say($"{plan.Name}: judging {seeds} run{(seeds == 1 ? "" : "s")}");
        using var network = Features.Open(plan, null, null, device);
        var examples = Examples.Open(plan, data);
        var results = Enumerable.Range(0, seeds).Select(seed => Judge(experiment, FolderOf(plan, seed), network, examples)).ToList();
        var picture = Path.Combine(Folder, $"{plan.Name}.png");
        File.Copy(RunFolder.Open(FolderOf(plan, 0)).Picture(StepsOf(experiment)), picture, overwrite: true);
        var coupling = plan.Declaration.First(line => line.Key == "Coupling").Value;
        return new(plan.Name, plan.Data.GetType().Name, coupling, StepsOf(experiment), results, Path.GetFileName(picture));
    }

    private ComparedRun Judge(Experiment experiment, string path, FeatureNetwork? network, CM.Dsl.IExamples examples)
    {
        var plan = experiment.Plan;
        var folder = RunFolder.Open(path);
        using var checkpoint = folder.OpenNewest();
        var state = checkpoint.State;
        using var training = experiment.NewTraining(new TrainingSetup(state.Steps, state.Batch, state.Seed, device));
        checkpoint.Load(training);
        using var evaluator = new Evaluator(plan, examples, network, state.Seed, device);
        var steps = new[] { 1, plan.SampleTimes.Length }.Distinct();
        var judged = steps.Select(each => evaluator.Judge(training, training.BestWeights, each, plan.Evaluation!.Samples)).ToList();
        var early = Enumerable.Range(1, Marks - 1).Select(mark => LoggedDistance(folder, mark * MarkOf(plan), judged[0])).ToList();
        return new(judged, early, CouplingCosts.Measure(plan, training, examples), SecondsOf(folder));
    }

    // The distance of samples made in one step, as it was judged in the course of the training; null where it was not.
    private static double? LoggedDistance(RunFolder folder, int step, Judgement like) =>
        RunLog.Read(folder.Log).Where(line => (long?)line["step"] == step).Select(line => (double?)line[$"{like.Values[0].Key}/1"])
            .FirstOrDefault(distance => distance is not null);

    private static double SecondsOf(RunFolder folder) =>
        RunLog.Read(folder.Log).Select(line => (double?)line["seconds"] ?? 0).DefaultIfEmpty().Max();
}

/// <summary>One run of a comparison.</summary>
/// <param name="Judged">Samples made in one step, and in all where there are more.</param>
/// <param name="Early"> Distances of samples made in one step after a quarter, a half and three quarters of the budget; null where the run
/// was not there. </param>
/// <param name="Costs">Cost and effect of the coupling.</param>
/// <param name="Seconds">Time spent on steps since the run was last resumed.</param>
internal sealed record ComparedRun(IReadOnlyList<Judgement> Judged, IReadOnlyList<double?> Early, CouplingCosts Costs, double Seconds);

/// <summary>One experiment of a comparison.</summary>
/// <param name="Experiment">Its name.</param>
/// <param name="Data">Its data.</param>
/// <param name="Coupling">Its coupling.</param>
/// <param name="Steps">Steps trained, those of a stage before included where steps are counted on.</param>
/// <param name="Runs">One a seed.</param>
/// <param name="Picture">Its samples.</param>
internal sealed record ComparedRow(
    string Experiment, string Data, string Coupling, int Steps, IReadOnlyList<ComparedRun> Runs, string Picture);
