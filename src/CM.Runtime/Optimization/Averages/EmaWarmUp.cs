using System.Globalization;

namespace CM.Runtime;

/// <summary>
/// The exponential moving average of ema-pytorch 0.2.3: it acts at every n-th step s, keeping min(decay, 1 − (1 + s − after)^(−2/3)). At
/// the steps up to <paramref name="after"/>, and at the first one beyond, it copies the weights.
/// </summary>
/// <param name="decay">Largest weight of the old average, in [0, 1).</param>
/// <param name="every">Distance of the steps at which it acts, 1 or more.</param>
/// <param name="after">Steps before it averages, 0 or more.</param>
public sealed class EmaWarmUp(double decay, int every = 1, int after = 0) : AverageRule
{
    private const double Power = 2.0 / 3;

    /// <inheritdoc/>
    public override string Name => $"warm-up-{decay.ToString(CultureInfo.InvariantCulture)}";

    /// <inheritdoc/>
    public override double Decay(int step, int batch) =>
        step % every != 0 ? 1
        : step <= (after / every + 1) * every ? 0
        : Math.Min(decay, 1 - Math.Pow(1 + step - after, -Power));
}
