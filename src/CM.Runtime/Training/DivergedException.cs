namespace CM.Runtime;

/// <summary>The loss or a weight is no longer a number. The program ends with code 3.</summary>
/// <param name="message">One line.</param>
/// <param name="inner">The first finding, where the steps were taken again; shown with <c>--verbose</c>.</param>
public sealed class DivergedException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Names the step, counted from 0, and what went wrong in it.</summary>
    internal DivergedException(int step, string what, float value)
        : this($"step {step}: {what} is {value}")
    {
    }
}
