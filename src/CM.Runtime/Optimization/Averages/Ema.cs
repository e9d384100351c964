using System.Globalization;

namespace CM.Runtime;

/// <summary>The exponential moving average: the same weight of the old average at every step.</summary>
/// <param name="decay">Weight of the old average, in [0, 1).</param>
public sealed class Ema(double decay) : AverageRule
{
    /// <inheritdoc/>
    public override string Name => decay.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override double Decay(int step, int batch) => decay;
}
