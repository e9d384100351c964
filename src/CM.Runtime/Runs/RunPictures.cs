using System.Text.Json.Nodes;
using CM.Dsl;

namespace CM.Runtime;

/// <summary>Pictures of samples in the course of a run, always from the same noise.</summary>
internal sealed class RunPictures : IDisposable
{
    private readonly RunFolder folder;
    private readonly Sampler sampler;
    private readonly float[] data;
    private readonly bool planar;
    private readonly int first;

    public RunPictures(ExperimentPlan plan, TrainingSetup setup, RunFolder folder, IExamples examples, int first)
    {
        this.first = first;
        this.folder = folder;
        planar = Sampler.IsPlanar(plan);
        sampler = new Sampler(plan, setup.Seed, Sampler.UsefulCount(plan), setup.Device);
        data = planar ? sampler.Compare(examples) : [];
        Directory.CreateDirectory(folder.Samples);
    }

    /// <summary>The newest picture; null before the first.</summary>
    public string? Newest { get; private set; }

    /// <summary>Sliced Wasserstein distance to the data before the first step; null where that is not known or not finite.</summary>
    public double? FirstDistance { get; private set; }

    /// <summary>The same in the newest picture.</summary>
    public double? LastDistance { get; private set; }

    /// <summary>Makes a picture.</summary>
    /// <param name="training">What to sample.</param>
    /// <param name="step">Steps done.</param>
    /// <returns>What the log should say.</returns>
    public JsonObject Add(Training training, int step)
    {
        var samples = sampler.Sample(training, training.BestWeights);
        var path = folder.Picture(step);
        AtomicFile.Write(path, stream => Png.Write(stream, sampler.Draw(samples, data)));
        Newest = path;
        var line = new JsonObject { ["step"] = step, ["picture"] = path };
        if (planar)
        {
            LastDistance = Sampler.Distance(samples, data) is var distance && double.IsFinite(distance) ? distance : null;
            if (step == first)
                FirstDistance = LastDistance;
            line["sliced_wasserstein"] = LastDistance;
        }
        return line;
    }

    public void Dispose() => sampler.Dispose();
}
