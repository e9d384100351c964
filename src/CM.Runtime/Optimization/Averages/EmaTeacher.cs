using System.Globalization;

namespace CM.Runtime;

/// <summary>
/// The average that makes the targets in CT (Song et al. 2023, algorithm 3): it keeps decay^(intervals/n) of what it was while the grid has
/// n intervals, μ(k) = exp(s0·ln μ0/n(k)) in the published code.
/// </summary>
/// <param name="decay">Weight of the old average on a grid of <paramref name="intervals"/> intervals, in [0, 1).</param>
/// <param name="intervals">Intervals at which the decay is meant.</param>
/// <param name="intervalsAt">Intervals at a step, counted from 0.</param>
public sealed class EmaTeacher(double decay, int intervals, Func<int, int> intervalsAt) : AverageRule
{
    /// <summary>Keeps the same share on every grid.</summary>
    /// <param name="decay">Weight of the old average, in [0, 1).</param>
    public EmaTeacher(double decay)
        : this(decay, 1, _ => 1)
    {
    }

    /// <inheritdoc/>
    public override string Name => $"teacher-{decay.ToString(CultureInfo.InvariantCulture)}";

    /// <inheritdoc/>
    public override double Decay(int step, int batch) => Math.Pow(decay, (double)intervals / intervalsAt(step));
}
