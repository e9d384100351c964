namespace Architecture;

/// <summary>A folder of a project.</summary>
/// <param name="Path">The folder below the project, such as <c>Networks/Layers</c>.</param>
/// <param name="Holds">Its content, for the page docs/architecture.md.</param>
internal sealed record Folder(string Path, string Holds);

/// <summary>A project whose folders have an order: each uses only folders that stand before it.</summary>
internal sealed record Project(string Name, params Folder[] Folders);

/// <summary>The projects and the order of their folders. A new folder is a line here.</summary>
internal static class House
{
    public static Project[] Projects { get; } =
    [
        new("CM.Generators",
            new("Core", "equatable lists, names of records, attributes as they are read, literals and indented code as they are written"),
            new("Diagnostics", "every rule, findings and their places in the source"),
            new("Incremental", "the records that a keystroke concerns; what was read before stays for the others"),
            new("Shapes", "sizes as polynomials, shapes, how two sizes compare, what sizes must fulfil; nothing of Roslyn or of layers"),
            new("Values", "the language of `Forward` and `Couple`: reader, expressions, steps, their code"),
            new("Networks", "plan, reader, checker, remedies, fusion and writer of `[Network]`; the base class of layers"),
            new("Networks/Layers", "one class a layer: shape rule, parameters, line of the forward pass"),
            new("Networks/UNets", "layers that stand for networks of their own, declared in code as a user declares them in attributes"),
            new("Classifiers", "networks with features, for metrics"),
            new("Schedules", "formulas of `[TimeSchedule]`: read, computed, checked, written over tensors"),
            new("Couplings", "plan, reader, checker and code of `[Coupling]`; one class a kind of part"),
            new("Experiments/Axes", "the base class of an axis's values; an experiment with its ancestors"),
            new("Experiments/Axes/Losses", "one class a loss"),
            new("Experiments/Axes/Optimizers", "one class an optimiser"),
            new("Experiments/Axes/Averages", "one class a moving average"),
            new("Experiments/Axes/LearningRates", "one class a factor of the learning rate"),
            new("Experiments/Axes/Samplers", "one class a sampler"),
            new("Experiments/Parts", "readers of the axes that name a type, and of how a run computes and is judged"),
            new("Experiments", "plan, reader and writers of `[Experiment]`, the list of all declarations")),
        new("CM.Runtime",
            new("Support", "errors of users, small things of the platform"),
            new("Tensors", "parameters in one flat tensor, operations over batches"),
            new("Communication", "processes that train together"),
            new("Layers", "functions that generated modules call"),
            new("Plans", "declarations as generated code states them"),
            new("Optimization", "base classes of optimisers and averages, loss scaler"),
            new("Optimization/Optimizers", "one class an optimiser"),
            new("Optimization/Averages", "one class a moving average"),
            new("Schedules", "distributions and partitions of times"),
            new("Couplings", "matching of data and noise"),
            new("Images", "pictures and grids of them, scatter plots"),
            new("Training", "one step of a training, its randomness and its parts"),
            new("Data", "data sources, splits, batches"),
            new("Sampling", "samples from noise"),
            new("Serialization", "safetensors, checkpoints, files of PyTorch"),
            new("Metrics", "distances between distributions, classifiers' features"),
            new("Reporting", "logs, tables, TensorBoard"),
            new("Runs", "run folders, the training loop, resuming, replaying a fault")),
        new("CM.Cli",
            new("Displays", "progress on a terminal"),
            new("Comparisons", "experiments side by side"),
            new("Commands", "one class a command")),
    ];
}
