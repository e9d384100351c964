namespace CM.Dsl;

/// <summary>
/// A coin for every sample of a batch, tossed once a step: <c>Layer.Select(heads, tails)</c> takes whole samples of the one or the other. What
/// makes the heads is computed for those samples alone.
/// </summary>
/// <param name="p">Probability of heads, from 0 to 1; with <see cref="End"/>, that of the first step.</param>
public sealed class BernoulliAttribute(double p) : LayerAttribute
{
    /// <summary>Probability of heads.</summary>
    public double P { get; } = p;

    /// <summary>Probability of heads, from 0 to 1, at the end of the training, to which it goes in a straight line. Default: it stays as it is.</summary>
    public double End { get; set; } = p;
}
