namespace CM.Dsl;

/// <summary>
/// The experiment's own model as a part of a coupling: <c>(x, t) | Layer</c> is f(x, t), the denoised x. It is never differentiated, it
/// drops nothing out, and where t = 0 it is x itself. A model that takes labels gets those of the samples. In a
/// <see cref="TruncatedAttribute"/> experiment it is that of the frozen weights below t′.
/// </summary>
/// <param name="weights">Weights to use.</param>
public sealed class ModelAttribute(Weights weights) : LayerAttribute
{
    /// <summary>Weights to use.</summary>
    public Weights Weights { get; } = weights;
}

/// <summary>Weights of a training.</summary>
public enum Weights
{
    /// <summary>The first moving average; the experiment needs <see cref="EmaAttribute"/>.</summary>
    Ema,

    /// <summary>The weights that are being trained.</summary>
    Student,

    /// <summary>
    /// Those of a finished run, which never change; the experiment needs <see cref="FrozenAttribute{TExperiment}"/> or
    /// <see cref="InitFromAttribute{TExperiment}"/>.
    /// </summary>
    Frozen,
}
