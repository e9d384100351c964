namespace CM.Runtime;

/// <summary>The progress of a training.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps planned.</param>
/// <param name="Loss">The smoothed loss; NaN before the first is known.</param>
/// <param name="ImagesPerSecond">Examples trained on in a second; NaN before it is known.</param>
/// <param name="Left">Time to the last step.</param>
public readonly record struct StepReport(int Step, int Steps, double Loss, double ImagesPerSecond, TimeSpan Left)
{
    /// <summary>Measurements of the last line of the log.</summary>
    public StepDetails? Details { get; init; }

    /// <summary>One line for people.</summary>
    public override string ToString() =>
        $"step {Step:N0}/{Steps:N0}"
        + (double.IsFinite(Loss) ? $"  loss {Numbers.Short(Loss)}" : "")
        + Details
        + (double.IsFinite(ImagesPerSecond) ? $"  {ImagesPerSecond:N0} images/s  {Numbers.Clock(Left)} left" : "");
}

/// <summary>Measurements that are taken with every line of the log.</summary>
/// <param name="LossByTime"> Mean losses of four parts of the times, equally wide in ln t, smallest times first; NaN where there were no
/// samples, empty where nothing is known. </param>
/// <param name="GradientNorm">Norm of the gradient before clipping; null before it is known.</param>
/// <param name="Memory">Bytes in use on the device of the training; null where that is not known.</param>
public sealed record StepDetails(double[] LossByTime, double? GradientNorm, long? Memory)
{
    /// <summary>Part of a line for people.</summary>
    public override string ToString() =>
        (LossByTime.Length > 0
            ? $" ({string.Join(" ", LossByTime.Select(loss => double.IsNaN(loss) ? "–" : loss.ToString("G2")))} by time)"
            : "")
        + (GradientNorm is { } norm ? $"  gradient {norm:G3}" : "")
        + (Memory is { } bytes ? $"  {bytes / 1e9:N2} GB" : "");
}
