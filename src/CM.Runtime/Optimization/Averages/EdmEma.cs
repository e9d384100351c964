using System.Globalization;

namespace CM.Runtime;

/// <summary>
/// The exponential moving average of EDM (Karras et al. 2022): weights count half as much so many examples later; in the beginning, so
/// large a share of the examples seen so far.
/// </summary>
/// <param name="examples">The half-life in examples, above 0.</param>
/// <param name="rampUp">The share, above 0; infinity for a half-life that is the same from the start.</param>
/// <param name="includesStep">Whether the step's own examples are seen already, as in EDM2, or not, as in EDM.</param>
public sealed class EdmEma(double examples, double rampUp = double.PositiveInfinity, bool includesStep = false) : AverageRule
{
    /// <inheritdoc/>
    public override string Name => $"half-life-{examples.ToString(CultureInfo.InvariantCulture)}";

    /// <inheritdoc/>
    public override double Decay(int step, int batch)
    {
        var seen = (double)batch * (includesStep ? step + 1 : step);
        return Math.Pow(0.5, batch / (double.IsFinite(rampUp) ? Math.Min(examples, rampUp * seen) : examples));
    }
}
