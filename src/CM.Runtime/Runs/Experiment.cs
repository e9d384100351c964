namespace CM.Runtime;

/// <summary>An experiment that can be run.</summary>
/// <param name="Plan">Declaration.</param>
/// <param name="Network">The network that is trained.</param>
/// <param name="Make">Factory of a trainer with fresh weights.</param>
public sealed record Experiment(ExperimentPlan Plan, NetworkPlan Network, Func<TrainingSetup, ConsistencyTrainer> Make)
{
    /// <summary>The declared record, whose source a run keeps; null where there is none.</summary>
    public Type? Record { get; init; }

    /// <summary>Factory of a trainer with fresh weights.</summary>
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
