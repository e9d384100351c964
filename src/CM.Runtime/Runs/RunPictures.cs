using System.Text.Json.Nodes;
using CM.Dsl;

namespace CM.Runtime;

/// <summary>Pictures of samples in the course of a run, always from the same noise.</summary>
internal sealed class RunPictures
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
        sampler = new Sampler(plan, setup.Seed, Sampler.UsefulCount(plan, plan.Classes), setup.Device);
        data = planar ? sampler.Compare(examples) : [];
        Directory.CreateDirectory(folder.Samples);
    }

    /// <summary>The newest picture; null before the first.</summary>
    public string? Newest { get; private set; }

    /// <summary>Sliced Wasserstein distance to the data before the first step; null where that is not known or not finite.</summary>
    public double? FirstDistance { get; private set; }

    /// <summary>The same in the newest picture.</summary>
    public double? LastDistance { get; private set; }

    /// <summary>Makes a picture, and measures how far its samples are from the data.</summary>
    /// <param name="training">Trainer to sample from.</param>
    /// <param name="step">Steps done.</param>
    public EncodedImage Draw(ConsistencyTrainer training, int step)
    {
        var samples = sampler.Sample(training, training.BestWeights);
        LastDistance = planar && PointSets.Distance(samples, data) is var distance && double.IsFinite(distance) ? distance : null;
        if (step == first)
            FirstDistance = LastDistance;
        return sampler.Draw(samples, data);
    }

    /// <summary>Writes the picture that was made last.</summary>
    /// <returns>Values for the log.</returns>
    public JsonObject Write(EncodedImage picture, int step)
    {
        Newest = folder.Picture(step);
        AtomicFile.Write(Newest, stream => stream.Write(picture.Png));
        var line = new JsonObject { ["step"] = step, ["picture"] = Newest };
        if (planar)
            line["sliced_wasserstein"] = LastDistance;
        return line;
    }
}
