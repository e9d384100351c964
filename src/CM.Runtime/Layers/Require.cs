using System.ComponentModel;
using TorchSharp;

namespace CM.Runtime;

/// <summary>Conditions that only the sizes of a run can decide.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Require
{
    /// <summary>Throws with the message where the condition does not hold.</summary>
    /// <exception cref="ArgumentException">The condition does not hold.</exception>
    public static void That(bool holds, string message)
    {
        if (!holds)
            throw new ArgumentException(message);
    }

    /// <summary>Compares what a user's function gave with what its <c>[Shape]</c> promises.</summary>
    /// <param name="result">What it gave.</param>
    /// <param name="promised">The sizes of its axes; −1 for any.</param>
    /// <param name="function">Where and what it is, such as <c>Unet.Sharpen: Sharpen.Apply</c>.</param>
    /// <returns>True.</returns>
    /// <exception cref="ArgumentException">They differ.</exception>
    public static bool Shape(torch.Tensor result, ReadOnlySpan<long> promised, string function)
    {
        var given = result.shape;
        var fits = given.Length == promised.Length;
        for (var i = 0; fits && i < given.Length; i++)
            fits = promised[i] == -1 || promised[i] == given[i];
        return fits ? true : throw new ArgumentException(
            $"{function} returned [{string.Join(", ", given)}], but its [Shape] promises [{string.Join(", ", promised.ToArray())}]: change the function or its [Shape] (CM2013).");
    }
}
