namespace CM.Runtime;

/// <summary>An experiment that can be run.</summary>
/// <param name="Plan">What was declared.</param>
/// <param name="Network">The network that is trained.</param>
/// <param name="Make">Makes a training with fresh weights.</param>
/// <param name="Train">The training loop.</param>
public sealed record Experiment(ExperimentPlan Plan, NetworkPlan Network, Func<TrainingSetup, Training> Make, Action<TrainingRun> Train)
{
    /// <summary>Makes a training with fresh weights.</summary>
    /// <exception cref="UserError">They do not fit into memory.</exception>
    public Training NewTraining(TrainingSetup setup)
    {
        OutOfMemory.Check(this, setup, examples: 0, DeviceMemory.Free(setup.Device));
        return Make(setup);
    }
}
