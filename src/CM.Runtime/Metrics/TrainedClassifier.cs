using System.Globalization;
using CM.Dsl;

namespace CM.Runtime;

/// <summary>
/// A classifier that <c>train-features</c> has trained: its weights lie in <c>features/NAME.safetensors</c>, with what
/// they were trained as.
/// </summary>
internal sealed class TrainedClassifier : FeatureNetwork
{
    private const string Format = "dslcm classifier 1";
    private const string AccuracyKey = "accuracy";
    private const int Block = 500;

    private readonly ClassifierPlan plan;
    private readonly ParameterStore weights;
    private readonly nn.Module<Tensor, (Tensor, Tensor)> network;

    private TrainedClassifier(ClassifierPlan plan, ParameterStore weights, double accuracy, string identity)
    {
        this.plan = plan;
        this.weights = weights;
        network = plan.NewModule(weights);
        network.eval();
        Accuracy = accuracy;
        Identity = identity;
    }

    public override string Name => plan.Name;

    public override string Identity { get; }

    /// <summary>The share of the test examples that it tells right, from 0 to 1.</summary>
    public double Accuracy { get; }

    /// <summary>Path of a classifier's weights.</summary>
    public static string PathOf(ClassifierPlan plan) => Path.Combine(FeatureCache.Folder, $"{plan.Name}.safetensors");

    /// <summary>Trains a classifier and writes its weights.</summary>
    /// <param name="plan">Declaration.</param>
    /// <param name="data">Folder with data files, where the user named one.</param>
    /// <param name="device">Device.</param>
    /// <param name="progress">Told the step done and its loss.</param>
    /// <exception cref="UserError">The data are missing or do not fit.</exception>
    /// <exception cref="DivergedException">The loss is no longer a number.</exception>
    public static TrainedClassifier Train(ClassifierPlan plan, string? data, Device device, Action<int, double> progress)
    {
        var (examples, test) = (Examples.Open(AsExperiment(plan, plan.Data), data), Examples.Open(AsExperiment(plan, plan.Test), data));
        var weights = ParameterStore.New(plan.Layout(), plan.Seed, device);
        var network = plan.NewModule(weights);
        network.train();
        using var optimizer = new Adam(weights, plan.LearningRate);
        var setup = new TrainingSetup(plan.Steps, plan.Batch, plan.Seed, device);
        using var feed = new BatchFeed(examples, AsExperiment(plan, plan.Data), setup, 0);
        for (var step = 0; step < plan.Steps; step++)
        {
            StepSeed.Set(StepSeed.Of(plan.Seed, step, StepSeed.Use.Step));
            progress(step + 1, Step(network, weights, optimizer, feed.Next(), step));
        }
        network.eval();
        var accuracy = Test(network, (ILabelledExamples)test, plan, device);
        Directory.CreateDirectory(FeatureCache.Folder);
        var path = PathOf(plan);
        WeightsFile.Write(path, weights, Declared(plan).Append(new(AccuracyKey, accuracy.ToString("R", CultureInfo.InvariantCulture))));
        return new TrainedClassifier(plan, weights, accuracy, FeatureCache.HashOf(path));
    }

    /// <summary>Opens a classifier that was trained before.</summary>
    /// <exception cref="UserError">It was not, was declared otherwise then, or its file is something else.</exception>
    public static TrainedClassifier Open(ClassifierPlan plan, Device device)
    {
        var path = PathOf(plan);
        var remedy = $"train it with: {ProgramName.Command("train-features", plan.Name)}";
        if (!File.Exists(path))
            throw new UserError($"{plan.Name}: its features are not trained yet ({path} is missing); {remedy}");
        using var file = SafetensorsFile.Open(path);
        if (Declared(plan).FirstOrDefault(line => file.Header.Metadata.GetValueOrDefault(line.Key) != line.Value) is { Key: { } key })
            throw new UserError($"{path}: not the classifier that is declared now ('{key}' was "
                + $"{file.Header.Metadata.GetValueOrDefault(key) ?? "not said"}); {remedy}");
        var weights = ParameterStore.New(plan.Layout(), plan.Seed, device, gradients: false);
        WeightsFile.Read(file, weights);
        var accuracy = double.Parse(file.Header.Metadata[AccuracyKey], CultureInfo.InvariantCulture);
        return new TrainedClassifier(plan, weights, accuracy, FeatureCache.HashOf(path));
    }

    public override (Tensor Features, Tensor? Logits) Look(Tensor images)
    {
        using var frozen = no_grad();
        return network.forward(images);
    }

    public override void Dispose()
    {
        network.Dispose();
        weights.Dispose();
    }

    private static double Step(nn.Module<Tensor, (Tensor, Tensor)> network, ParameterStore weights, Adam optimizer, Batch batch, int step)
    {
        using var scope = NewDisposeScope();
        using var images = batch.Values;
        using var labels = batch.Labels!;
        weights.ZeroGradients();
        var (_, logits) = network.forward(images);
        var loss = nn.functional.cross_entropy(logits, labels);
        loss.backward();
        optimizer.Step();
        var value = loss.item<float>();
        return float.IsFinite(value) ? value : throw new DivergedException(step, "the loss", value);
    }

    private static double Test(nn.Module<Tensor, (Tensor, Tensor)> network, ILabelledExamples test, ClassifierPlan plan, Device device)
    {
        using var frozen = no_grad();
        var right = 0L;
        for (var begin = 0; begin < test.Count; begin += Block)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(Block, test.Count - begin);
            var (_, logits) = network.forward(FeatureSet.Read(test, begin, count, plan.DataShape, device));
            var labels = tensor(Enumerable.Range(begin, count).Select(i => (long)test.Label(i)).ToArray(), device: device);
            right += logits.argmax(1).eq(labels).sum().item<long>();
        }
        return (double)right / test.Count;
    }

    // The facts that Examples and BatchFeed need.
    private static ExperimentPlan AsExperiment(ClassifierPlan plan, IDataSource data) => new()
    {
        Name = plan.Name,
        Steps = plan.Steps,
        Batch = plan.Batch,
        Seed = plan.Seed,
        Data = data,
        DataShape = plan.DataShape,
        Classes = plan.Classes,
        Network = plan.Name,
        Copies = 4, // weights, gradients, two moments
        Times = (1, 1), // a classifier sees no noise
        SampleTimes = [],
        Declaration = [],
    };

    private static List<KeyValuePair<string, string>> Declared(ClassifierPlan plan) =>
    [
        new(TrainingState.FormatKey, Format),
        new("classifier", plan.Name),
        new("data", plan.Data.GetType().Name),
        new("test", plan.Test.GetType().Name),
        new("steps", $"{plan.Steps}"),
        new("batch", $"{plan.Batch}"),
        new("rate", plan.LearningRate.ToString("R", CultureInfo.InvariantCulture)),
        new("seed", $"{plan.Seed}"),
    ];
}
