namespace CM.Cli;

/// <summary>Effect of a coupling on a training, measured at its newest weights.</summary>
/// <param name="Transport">Mean of ‖x − z‖² over the pairs that the coupling makes.</param>
/// <param name="GradientVariance"> Trace of the covariance of a batch's gradient with respect to the model's own parameters, before
/// clipping. </param>
internal sealed record CouplingCosts(double Transport, double GradientVariance)
{
    private const int Batches = 16;

    /// <summary>Measures over the last steps' batches, times and noise. The training is only good to be disposed of afterwards.</summary>
    /// <param name="plan">The experiment.</param>
    /// <param name="training">Loaded from a checkpoint.</param>
    /// <param name="examples">The data.</param>
    public static CouplingCosts Measure(ExperimentPlan plan, ConsistencyTrainer training, CM.Dsl.IExamples examples)
    {
        var setup = training.Setup;
        var first = Math.Max(0, setup.Steps - Batches);
        var own = training.Weights.Layout.Parameters.Where(parameter => !parameter.IsBeside)
            .Max(parameter => parameter.Offset + parameter.Count);
        using var weights = training.Weights.Copy(gradients: false);
        var averages = training.Averages.Select(average => average.Weights.Copy(gradients: false)).ToList();
        using var feed = new BatchFeed(examples, plan, setup, first);
        using var scope = NewDisposeScope();
        var gradients = new List<Tensor>();
        var transport = 0.0;
        for (var step = first; step < setup.Steps; step++)
        {
            using var inner = NewDisposeScope();
            var batch = feed.Next();
            using var data = batch.Values;
            using var classes = batch.Labels;
            var labels = plan.Classes == 0 ? null : OneHot.Of(classes!, plan.Classes);
            StepSeed.Set(StepSeed.Of(setup.Seed, step, StepSeed.Use.Samples));
            var (x, z) = training.CoupleBatch(data, randn_like(data), step, labels);
            transport += (x - z).square().flatten(1).sum(1).mean().item<float>();
            training.Step(data, step, labels).Dispose();
            gradients.Add(Unclipped(training, own).MoveToOuterDisposeScope());
            training.Weights.CopyFrom(weights);
            foreach (var (average, before) in training.Averages.Zip(averages))
                average.Weights.CopyFrom(before);
        }
        foreach (var average in averages)
            average.Dispose();
        using var all = stack(gradients);
        return new(transport / gradients.Count, (all - all.mean([0])).square().sum().item<double>() / Math.Max(1, gradients.Count - 1));
    }

    private static Tensor Unclipped(ConsistencyTrainer training, long own)
    {
        var gradients = training.Weights.Gradients;
        var clipped = gradients.norm().item<float>();
        var factor = clipped > 0 ? training.GradientNorm / clipped : 1;
        return gradients.narrow(0, 0, own).to(ScalarType.Float64) * factor;
    }
}
