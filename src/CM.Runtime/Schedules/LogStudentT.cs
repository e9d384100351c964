using System.ComponentModel;

namespace CM.Runtime;

/// <summary>
/// Times whose logarithm follows Student's distribution, cut to an interval. With ln t = mean + scale·√ν·sinh(u) the density of u is
/// proportional to cosh(u)^−ν, so an even draw of u that is kept with that probability is exact, and needs no special function.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LogStudentT
{
    /// <summary>Draws times.</summary>
    /// <param name="count">Number.</param>
    /// <param name="mean">Mode of ln t.</param>
    /// <param name="scale">Width of the peak in ln t, above 0.</param>
    /// <param name="degreesOfFreedom">Degrees of freedom ν, above 0.</param>
    /// <param name="from">The smallest time, above 0.</param>
    /// <param name="to">The largest time, above <paramref name="from"/>.</param>
    /// <param name="device">Device.</param>
    /// <returns><c>[count]</c>, float64.</returns>
    public static Tensor Draw(long count, double mean, double scale, double degreesOfFreedom, double from, double to, Device device)
    {
        using var _ = NewDisposeScope();
        var width = scale * Math.Sqrt(degreesOfFreedom);
        var (low, high) = (Math.Asinh((Math.Log(from) - mean) / width), Math.Asinh((Math.Log(to) - mean) / width));
        var peak = Math.Cosh(Math.Clamp(0, low, high));
        var drawn = empty([0], dtype: ScalarType.Float64, device: device);
        while (drawn.shape[0] < count)
        {
            var u = low + (high - low) * rand(count, dtype: ScalarType.Float64, device: device);
            var kept = rand(count, dtype: ScalarType.Float64, device: device).lt((u.cosh() / peak).pow(-degreesOfFreedom));
            drawn = cat([drawn, u.masked_select(kept)]);
        }

        return (mean + width * drawn.narrow(0, 0, count).sinh()).exp().clamp(from, to).MoveToOuterDisposeScope();
    }
}
