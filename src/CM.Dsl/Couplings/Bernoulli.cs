namespace CM.Dsl;

/// <summary>
/// A Bernoulli draw for every sample of a batch, once a step: <c>Layer.Select(ifTrue, ifFalse)</c> takes whole samples of the one or the
/// other. What serves the first argument alone is computed for its samples alone.
/// </summary>
/// <param name="p">Probability of true, from 0 to 1; with <see cref="End"/>, that of the first step.</param>
public sealed class BernoulliAttribute(double p) : LayerAttribute
{
    /// <summary>Probability of true.</summary>
    public double P { get; } = p;

    /// <summary>
    /// Probability of true, from 0 to 1, at the end of the training, to which it goes in a straight line. Default: it stays as it is.
    /// </summary>
    public double End { get; set; } = p;
}
