using System.ComponentModel;

namespace CM.Runtime;

/// <summary>Times of a diffusion sampler.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class KarrasTimes
{
    /// <summary>Falling times whose ρ-th root falls evenly, then 0 (Karras et al. 2022, equation 5).</summary>
    /// <param name="steps">How many before the 0, 2 or more.</param>
    /// <param name="from">The smallest, above 0.</param>
    /// <param name="to">The largest.</param>
    /// <param name="rho">How strongly they are drawn towards the small ones, above 0.</param>
    public static double[] Falling(int steps, double from, double to, double rho)
    {
        var (low, high) = (Math.Pow(from, 1 / rho), Math.Pow(to, 1 / rho));
        return [.. Enumerable.Range(0, steps).Select(i => Math.Pow(high + (double)i / (steps - 1) * (low - high), rho)), 0];
    }
}
