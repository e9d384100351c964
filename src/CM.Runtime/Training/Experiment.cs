using CM.Dsl;

namespace CM.Runtime;

/// <summary>Everything that the declaration of an experiment says, as data.</summary>
public sealed record ExperimentPlan
{
    /// <summary>Name of the record.</summary>
    public required string Name { get; init; }

    /// <summary>Name of the record with its namespace and the types around it.</summary>
    public string FullName { get => field ?? Name; init; }

    /// <summary>Optimiser steps, 1 or more.</summary>
    public required int Steps { get; init; }

    /// <summary>Examples in a step, 1 or more.</summary>
    public required int Batch { get; init; }

    /// <summary>Where every random number comes from.</summary>
    public required long Seed { get; init; }

    /// <summary>The data.</summary>
    public required IDataSource Data { get; init; }

    /// <summary>Shape of one example, without the batch.</summary>
    public required long[] DataShape { get; init; }

    /// <summary>Whether every second image, by chance, is mirrored.</summary>
    public bool HorizontalFlip { get; init; }

    /// <summary>Whether a part of the coupling looks at all samples at once, so that a batch cannot be trained on in parts.</summary>
    public bool CouplesBatch { get; init; }

    /// <summary>How many classes the labels of the data name; 0 where no network takes labels.</summary>
    public int Classes { get; init; }

    /// <summary>Name of the network that is trained.</summary>
    public required string Network { get; init; }

    /// <summary>How many numbers are held for each that is trained: itself, its gradient, its moments, its averages and its frozen value.</summary>
    public required int Copies { get; init; }

    /// <summary>Between which times samples are trained, both above 0.</summary>
    public required (double From, double To) Times { get; init; }

    /// <summary>Falling times of the sampler, one or more.</summary>
    public required double[] SampleTimes { get; init; }

    /// <summary>The run that weights come from; null where none do.</summary>
    public Origin? Origin { get; init; }

    /// <summary>How samples are judged; null where the experiment does not say.</summary>
    public EvaluationPlan? Evaluation { get; init; }

    /// <summary>The comparisons to which the experiment belongs; null where there is none.</summary>
    public ComparisonPlan? Comparison { get; init; }

    /// <summary>What was declared, in words: <c>("Model", "MoonsDenoiser")</c>. A checkpoint only goes on under the same.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Declaration { get; init; }
}

/// <summary>A finished run that an experiment takes weights from.</summary>
/// <param name="Experiment">Full name of the experiment whose run it is.</param>
/// <param name="Starts">Whether the training starts from its weights, or only keeps them beside it.</param>
/// <param name="Continues">Whether steps are counted on from those of the run.</param>
public sealed record Origin(string Experiment, bool Starts, bool Continues);

/// <summary>What is known of a network.</summary>
/// <param name="Name">Name of the record.</param>
/// <param name="Summary">The first line of its documentation, or nothing.</param>
/// <param name="Inputs">Shapes of what it takes: <c>[B, 2]</c>.</param>
/// <param name="Output">Shape of what it gives.</param>
/// <param name="Layers">Its layers in the order of declaration.</param>
public sealed record NetworkPlan(string Name, string Summary, IReadOnlyList<string> Inputs, string Output, IReadOnlyList<Part> Layers)
{
    /// <summary>Name of the record with its namespace and the types around it.</summary>
    public string FullName { get => field ?? Name; init; }

    /// <summary>How many numbers are trained.</summary>
    public required long Parameters { get; init; }

    /// <summary>Multiply-adds of a forward pass for one example; -1 where that depends on an axis that is open.</summary>
    public required long Work { get; init; }

    /// <summary>Bytes that one example keeps in memory from the forward to the backward pass, in float32; -1 where that depends on an axis that is open.</summary>
    public required long Activations { get; init; }
}

/// <summary>An experiment that can be run.</summary>
/// <param name="Plan">What was declared.</param>
/// <param name="Network">The network that is trained.</param>
/// <param name="Make">Makes a training with fresh weights.</param>
public sealed record Experiment(ExperimentPlan Plan, NetworkPlan Network, Func<TrainingSetup, ConsistencyTrainer> Make)
{
    /// <summary>The declared record, whose source a run keeps; null where there is none.</summary>
    public Type? Record { get; init; }

    /// <summary>Makes a training with fresh weights.</summary>
    /// <exception cref="UserError">They do not fit into memory.</exception>
    public ConsistencyTrainer NewTraining(TrainingSetup setup)
    {
        OutOfMemory.Check(this, setup, examples: 0, DeviceMemory.Free(setup.Device));
        return Make(setup);
    }

    /// <summary>The training loop.</summary>
    /// <param name="run">Folder, data, log and checkpoints of the run.</param>
    public void Train(TrainingRun run)
    {
        using var training = Make(run.Setup);
        run.Begin(training);                    // fresh weights, or those of the checkpoint that is resumed
        while (run.NextStep(out var step))      // until the last step, or until somebody asks to stop
        {
            using var data = run.NextBatch();
            using var labels = Plan.Classes > 0 ? run.Labels() : null;
            using var loss = training.Step(data, step, labels);
            run.EndStep(loss);                  // progress, log, samples, checkpoint
        }

        run.Finish();
    }
}

/// <summary>All experiments and networks of a program.</summary>
/// <param name="Experiments">Experiments, full names unique.</param>
/// <param name="Networks">Networks, full names unique.</param>
public sealed record Registry(IReadOnlyList<Experiment> Experiments, IReadOnlyList<NetworkPlan> Networks)
{
    /// <summary>Classifiers, full names unique.</summary>
    public IReadOnlyList<ClassifierPlan> Classifiers { get; init; } = [];

    /// <summary>The same declarations under names that are unique: the full one where several share the simple one.</summary>
    internal Registry WithUniqueNames()
    {
        var names = Unique(Experiments.Select(experiment => (experiment.Plan.Name, experiment.Plan.FullName)));
        var networks = Unique(Networks.Select(network => (network.Name, network.FullName)));
        var classifiers = Unique(Classifiers.Select(classifier => (classifier.Name, classifier.FullName)));
        return new(
            [.. Experiments.Select(experiment => experiment with { Plan = Renamed(experiment.Plan) })],
            [.. Networks.Select(network => network with { Name = networks[network.FullName], FullName = network.FullName })])
        {
            Classifiers = [.. Classifiers.Select(Judge)],
        };

        ExperimentPlan Renamed(ExperimentPlan plan) => plan with
        {
            Name = names[plan.FullName],
            FullName = plan.FullName,
            Origin = plan.Origin is { Experiment: var origin } ? plan.Origin with { Experiment = names.GetValueOrDefault(origin, origin) } : null,
            Evaluation = plan.Evaluation is { Classifier: { } judge } ? plan.Evaluation with { Classifier = Judge(judge) } : plan.Evaluation,
        };

        ClassifierPlan Judge(ClassifierPlan plan) =>
            plan with { Name = classifiers.GetValueOrDefault(plan.FullName, plan.Name), FullName = plan.FullName };
    }

    // The unique names by the full ones.
    private static Dictionary<string, string> Unique(IEnumerable<(string Name, string FullName)> declared) => declared.Distinct()
        .GroupBy(each => each.Name).SelectMany(same => same.Select(each => (each.FullName, Name: same.Count() == 1 ? each.Name : each.FullName)))
        .ToDictionary(each => each.FullName, each => each.Name);
}
