namespace CM.Runtime;

/// <summary>Where a training stands.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps planned.</param>
/// <param name="Loss">The smoothed loss; NaN before the first is known.</param>
/// <param name="ImagesPerSecond">Examples trained on in a second; NaN before it is known.</param>
/// <param name="Left">Time to the last step.</param>
internal readonly record struct StepReport(int Step, int Steps, double Loss, double ImagesPerSecond, TimeSpan Left)
{
    /// <summary>One line for people.</summary>
    public override string ToString() =>
        $"step {Step:N0}/{Steps:N0}"
        + (double.IsFinite(Loss) ? $"  loss {Numbers.Short(Loss)}" : "")
        + (double.IsFinite(ImagesPerSecond) ? $"  {ImagesPerSecond:N0} images/s  {Numbers.Clock(Left)} left" : "");
}
