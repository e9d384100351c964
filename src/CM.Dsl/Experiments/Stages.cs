namespace CM.Dsl;

/// <summary>
/// The weights start as the best weights of a finished run of another experiment: its first average, or what it trained where it kept none.
/// Averages start there too. A network of the coupling that the run lacks starts fresh. <c>train NAME --from RUN</c> says which run; the
/// newest finished one is the default.
/// </summary>
/// <typeparam name="TExperiment">An experiment with the same model.</typeparam>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class InitFromAttribute<TExperiment> : Attribute
{
    /// <summary>
    /// Count steps on from those of the run, so that stages, rates and the order of the data go on; <see cref="ExperimentAttribute.Steps"/>
    /// is then where this experiment ends. The optimiser starts fresh all the same. Default: false, steps count from 0.
    /// </summary>
    public bool ContinueSteps { get; set; }
}

/// <summary>
/// Keeps the best weights of a finished run of another experiment beside the training, where they never change;
/// <see cref="Weights.Frozen"/> names them. The training itself starts fresh. <c>train NAME --from RUN</c> says which run; the newest
/// finished one is the default.
/// </summary>
/// <typeparam name="TExperiment">An experiment with the same model.</typeparam>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class FrozenAttribute<TExperiment> : Attribute;

/// <summary>
/// The second stage of a truncated consistency model (TCM, Lee et al. 2025). The schedule begins at t′ = <c>min</c>; below it the target is
/// that of the frozen weights of <see cref="InitFromAttribute{TExperiment}"/>. A fraction ρ of every batch is trained at t′ itself, where
/// that target keeps the model from collapsing; the loss is the mean of the others plus <see cref="BoundaryWeight"/> times the mean of
/// these.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class TruncatedAttribute : Attribute
{
    /// <summary>ρ, from 0 up to, but not including, 1; of a batch of B, ⌊ρ·B⌋ samples are trained at t′. Default: 0.25.</summary>
    public double BoundaryFraction { get; set; } = 0.25;

    /// <summary>Weight of the mean of the losses at t′, 0 or more. Default: 0.1.</summary>
    public double BoundaryWeight { get; set; } = 0.1;
}

/// <summary>
/// Consistency distillation (Song et al. 2023, algorithm 2): the teacher's point is not made with the student's noise, but follows from the
/// student's point by an Euler step of a diffusion model's equation, x_r = x_t + (r − t)·(x_t − D(x_t, t))/t, with D the weights of
/// <see cref="InitFromAttribute{TExperiment}"/> or <see cref="FrozenAttribute{TExperiment}"/>, which stay as they are.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ConsistencyDistillationAttribute : Attribute;
