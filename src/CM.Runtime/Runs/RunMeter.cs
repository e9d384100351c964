using System.Diagnostics;
using System.Text.Json.Nodes;

namespace CM.Runtime;

/// <summary>
/// Measurements of a run: losses, the loss by time, the gradient's norm, speed, memory, and how long the loop waited for data.
/// </summary>
internal sealed class RunMeter : IDisposable
{
    private readonly TrainingSetup setup;
    private readonly ConsistencyTrainer training;
    private readonly BatchFeed feed;
    private readonly LossWindow losses;
    private readonly LossByTime byTime;
    private readonly Stopwatch working = new();
    private readonly int began;

    private int logged;
    private double loggedSeconds;
    private StepDetails details = new([], null, null);

    /// <summary>Begins to measure; the clock stands still until <see cref="Resume"/>.</summary>
    /// <param name="plan">Plan with the range of times.</param>
    /// <param name="training">Trainer that reports its samples.</param>
    /// <param name="feed">Feed of batches.</param>
    /// <param name="done">Steps done.</param>
    public RunMeter(ExperimentPlan plan, ConsistencyTrainer training, BatchFeed feed, int done)
    {
        this.training = training;
        this.feed = feed;
        setup = training.Setup;
        losses = new LossWindow(setup.Device);
        byTime = new LossByTime(plan.Times.From, plan.Times.To);
        training.LossesRecorded = byTime.Add;
        began = logged = done;
    }

    /// <summary>Edges of the buckets of the loss by time.</summary>
    public double[] Times => byTime.Edges;

    /// <summary>Time spent on steps, not on pictures and files.</summary>
    public double Seconds => working.Elapsed.TotalSeconds;

    /// <summary>The last loss, smoothed over about twenty.</summary>
    public double Loss => losses.Smoothed;

    /// <summary>Part of the time that the loop waited for data, from 0 to 1; NaN before the first step.</summary>
    public double Waiting => feed.Waited / working.Elapsed;

    /// <summary>Part of the time that gradients were added up over processes, from 0 to 1; NaN before the first step.</summary>
    public double Summing => training.Summing / working.Elapsed;

    /// <summary>Examples trained on in a second; null where no step was done.</summary>
    public double? ImagesPerSecond(int done) => done > began ? (done - began) * (double)setup.Batch / Seconds : null;

    public void Pause() => working.Stop();

    public void Resume() => working.Start();

    /// <summary>Takes in the loss of a step.</summary>
    /// <exception cref="DivergedException">A loss is not finite.</exception>
    public void Add(Tensor loss, int step) => losses.Add(loss, step);

    /// <summary>Looks whether losses and weights are numbers.</summary>
    /// <param name="done">Steps done.</param>
    /// <exception cref="DivergedException">One is not.</exception>
    public void Check(int done)
    {
        losses.Read();
        using var total = training.Weights.Values.sum();
        if (total.item<float>() is var sum && float.IsFinite(sum))
            return;
        using var finite = training.Weights.Values.isfinite();
        using var all = finite.all(); // the sum of large weights is not finite, either
        if (!all.item<bool>())
            throw new DivergedException(Math.Max(0, done - 1), "a weight", sum);
    }

    /// <summary>Progress of the run.</summary>
    public StepReport Report(int done)
    {
        var perStep = working.Elapsed / (done - began);
        return new StepReport(done, setup.Steps, Loss, setup.Batch / perStep.TotalSeconds, perStep * (setup.Steps - done))
        {
            Details = details,
        };
    }

    /// <summary>Measurements since the last call; all processes ask together.</summary>
    public JsonObject Log(int done)
    {
        var mean = losses.TakeMean();
        var (seconds, memory, norm) = (Seconds, DeviceMemory.InUse(setup.Device), training.GradientNorm);
        var (means, counts) = byTime.Take(setup.Group);
        var line = new JsonObject
        {
            ["step"] = done,
            ["loss"] = mean,
            ["images_per_second"] = Math.Round((done - logged) * (double)setup.Batch / (seconds - loggedSeconds), 1),
            ["seconds"] = Math.Round(seconds, 3),
            ["gradient_norm"] = double.IsFinite(norm) ? norm : null,
            ["memory"] = memory,
            ["waiting"] = Math.Round(Waiting, 5),
        };
        if (counts.Sum() > 0)
        {
            line[RunLog.LossByTime] = new JsonArray(
                [.. means.Select(each => double.IsFinite(each) ? JsonValue.Create(float.CreateSaturating(each)) : null)]);
            line[RunLog.SamplesByTime] = new JsonArray([.. counts.Select(each => JsonValue.Create((long)each))]);
        }
        (logged, loggedSeconds) = (done, seconds);
        details = new(Quarters(means, counts), norm, memory);
        return line;
    }

    public void Dispose()
    {
        training.LossesRecorded = null;
        losses.Dispose();
        byTime.Dispose();
    }

    /// <summary>Means over the four quarters of ln t, from the smallest times to the largest.</summary>
    internal static double[] Quarters(double[] means, double[] counts) => counts.Sum() == 0 ? [] :
        [
            .. means.Zip(counts, (mean, count) => (Sum: count > 0 ? mean * count : 0, Count: count)).Chunk(means.Length / 4)
                .Select(quarter => quarter.Sum(each => each.Sum) / quarter.Sum(each => each.Count)),
        ];
}
