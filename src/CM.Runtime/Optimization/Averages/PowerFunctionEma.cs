using System.Globalization;

namespace CM.Runtime;

/// <summary>
/// The power-function average (EDM2, Karras et al. 2024, section 3.1): after n steps, the weights of step k count as k^γ. It keeps (1 −
/// 1/n)^(γ + 1), and its profile is as wide, relative to n, at every n.
/// </summary>
/// <param name="deviation">Relative width of the profile, σ_rel, above 0 and below <see cref="LargestDeviation"/>.</param>
/// <param name="snapshots">Number of snapshots in a training for <see cref="PostHocAverage"/>, 0 or more.</param>
/// <param name="swapped">Whether it keeps 1 − (1 − 1/n)^(γ + 1) instead, as VCT's published code does.</param>
public sealed class PowerFunctionEma(double deviation, int snapshots = 0, bool swapped = false) : AverageRule
{
    private const string Prefix = "power-";

    /// <summary>The width of a flat profile, γ = 0.</summary>
    public static readonly double LargestDeviation = Math.Sqrt(1 / 12.0);

    private readonly double exponent = ExponentOf(deviation);

    /// <inheritdoc/>
    public override string Name => swapped ? "swapped-" + NameOf(deviation) : NameOf(deviation);

    /// <summary>Relative width of the profile.</summary>
    public double Deviation => deviation;

    /// <summary>Number of snapshots in a training.</summary>
    public int Snapshots => snapshots;

    /// <summary>The exponent γ of a profile: σ_rel² = (γ + 1)/((γ + 2)²(γ + 3)), the root above 0.</summary>
    /// <param name="deviation">σ_rel, above 0 and below <see cref="LargestDeviation"/>.</param>
    public static double ExponentOf(double deviation)
    {
        // σ_rel falls with γ and lies below 1/γ.
        var (low, high) = (0.0, 1 / deviation);
        while ((low + high) / 2 is var middle && middle > low && middle < high)
            (low, high) = Math.Sqrt((middle + 1) / (middle + 3)) / (middle + 2) > deviation ? (middle, high) : (low, middle);
        return high;
    }

    /// <summary>Name of the average of a width.</summary>
    internal static string NameOf(double deviation) => Prefix + deviation.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether a name is that of an average of some width.</summary>
    internal static bool IsName(string name, out double deviation)
    {
        deviation = 0;
        return name.StartsWith(Prefix, StringComparison.Ordinal)
            && double.TryParse(name.AsSpan(Prefix.Length), CultureInfo.InvariantCulture, out deviation);
    }

    /// <inheritdoc/>
    public override double Decay(int step, int batch)
    {
        var keep = Math.Pow(1 - 1.0 / (step + 1), exponent + 1);
        return swapped ? 1 - keep : keep;
    }
}
