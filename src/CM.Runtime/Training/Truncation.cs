namespace CM.Runtime;

/// <summary>
/// The second stage of truncated consistency training (Lee et al. 2025): times below <paramref name="Start"/> stay with the first stage.
/// </summary>
/// <param name="Start">t', the smallest time that is trained.</param>
/// <param name="Boundary">The fraction of a batch that is trained at t'; these samples come first.</param>
/// <param name="Weight">Multiplies their mean loss.</param>
public sealed record Truncation(double Start, double Boundary = 0, double Weight = 1)
{
    /// <summary>Samples of a batch that are trained at t'.</summary>
    /// <param name="batch">Samples of the whole batch.</param>
    public long CountOf(long batch) => (long)(Boundary * batch);
}
