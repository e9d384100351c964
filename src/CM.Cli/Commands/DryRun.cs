using System.Diagnostics;
using System.Text.Json.Nodes;

namespace CM.Cli;

/// <summary>
/// <c>train NAME --dry-run</c>: builds the training and takes two steps on random data, to see that it runs and what it takes.
/// </summary>
internal static class DryRun
{
    private const int Steps = 2;
    private const int SmallBatch = 2;

    /// <summary>Builds, steps, and tells time and memory.</summary>
    /// <param name="session">Session with the output.</param>
    /// <param name="experiment">Experiment to try.</param>
    /// <param name="batch">Examples in a step. Default: 2.</param>
    /// <param name="part">Examples that are trained on at once. Default: all.</param>
    /// <param name="device">Device of the tensors.</param>
    /// <param name="json">Whether to write for programs.</param>
    /// <exception cref="UserError">It cannot fit into memory.</exception>
    public static void Run(Session session, Experiment experiment, int? batch, int? part, Device device, bool json)
    {
        var plan = experiment.Plan;
        var size = Arguments.AtLeastOne(batch ?? SmallBatch, "--batch");
        var setup = new TrainingSetup(plan.Steps, size, plan.Seed, device) { MicroBatch = plan.CheckedMicroBatch(part, size) };
        OutOfMemory.Check(experiment, setup, setup.AtOnce, DeviceMemory.Free(device));
        var clock = Stopwatch.StartNew();
        using var training = experiment.NewTraining(setup);
        var building = clock.Elapsed.TotalSeconds;
        var seconds = new double[Steps];
        var losses = new float[Steps];
        for (var step = 0; step < Steps; step++)
        {
            clock.Restart();
            using var data = randn([size, .. plan.DataShape], ScalarType.Float32, device);
            using var halved = data * 0.5; // the deviation of images
            using var loss = Step(training, plan, halved, step);
            losses[step] = loss.item<float>();
            seconds[step] = clock.Elapsed.TotalSeconds;
        }

        using var process = Process.GetCurrentProcess();
        var peak = process.PeakWorkingSet64;
        if (json)
        {
            session.Write(new JsonObject
            {
                ["experiment"] = plan.Name,
                ["parameters"] = training.Weights.Layout.Count,
                ["batch"] = size,
                ["build_seconds"] = Math.Round(building, 3),
                ["step_seconds"] = new JsonArray([.. seconds.Select(each => JsonValue.Create(Math.Round(each, 3)))]),
                ["losses"] = new JsonArray([.. losses.Select(each => JsonValue.Create(float.IsFinite(each) ? each : (float?)null))]),
                ["peak_bytes"] = peak,
            });
            return;
        }

        session.Output.WriteLine($"{plan.Name}: {training.Weights.Layout.Count:N0} parameters, built in {building:N1} s, "
            + $"{Steps} steps of {size} in {string.Join(" and ", seconds.Select(each => $"{each:N1} s"))}, "
            + $"loss {string.Join(" and ", losses.Select(each => Numbers.Short(each)))}, {Gigabytes(peak)} at most");
    }

    // Labels, if needed, are of random classes.
    private static Tensor Step(ConsistencyTrainer training, ExperimentPlan plan, Tensor data, int step)
    {
        if (plan.Classes == 0)
            return training.Step(data, step);
        using var classes = randint(plan.Classes, new[] { data.shape[0] }, ScalarType.Int64, data.device);
        using var labels = OneHot.Of(classes, plan.Classes);
        return training.Step(data, step, labels);
    }

    private static string Gigabytes(long bytes) => $"{bytes / 1e9:N1} GB";
}
