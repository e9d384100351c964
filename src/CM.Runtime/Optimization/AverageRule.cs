namespace CM.Runtime;

/// <summary>
/// How much a moving average keeps of what it was. It depends on the step alone, so that a checkpoint holds nothing but the average.
/// </summary>
public abstract class AverageRule
{
    /// <summary>What the average is called in checkpoints and on the command line, such as <c>power-0.05</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The weight of the old average, from 0, which copies the weights, to 1, which leaves the average alone.</summary>
    /// <param name="step">The step that was done, counted from 0.</param>
    /// <param name="batch">examples in a step.</param>
    public abstract double Keep(int step, int batch);
}
