namespace CM.Dsl;

/// <summary>
/// While training, sets each element to 0 with the given probability and divides the rest by 1 − probability. Student and teacher
/// of one step see the same mask. The shape stays.
/// </summary>
/// <param name="probability">Probability, from 0 up to, but not including, 1.</param>
public sealed class DropoutAttribute(double probability) : LayerAttribute
{
    /// <summary>The probability of a zero.</summary>
    public double Probability { get; } = probability;
}
