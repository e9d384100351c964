namespace CM.Runtime;

/// <summary>Conditions that only the sizes of a run can decide.</summary>
public static class Require
{
    /// <summary>Throws with the message where the condition does not hold.</summary>
    /// <exception cref="ArgumentException">The condition does not hold.</exception>
    public static void That(bool holds, string message)
    {
        if (!holds)
            throw new ArgumentException(message);
    }
}
