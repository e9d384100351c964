namespace CM.Runtime;

/// <summary>One parameter or buffer of a network.</summary>
/// <param name="Name">Name with the names of the blocks it lies in: <c>Body.0.Linear1.weight</c>.</param>
/// <param name="Shape">Its shape; empty for a single number.</param>
/// <param name="Init">Initialization.</param>
/// <param name="Offset">Index of its first element in the flat tensor.</param>
/// <param name="Count">Number of elements.</param>
public sealed record ParameterSpec(string Name, long[] Shape, Initializer Init, long Offset, long Count)
{
    /// <summary>
    /// Whether it belongs to a network that is trained beside the model, which a run of another experiment need not have.
    /// </summary>
    public bool IsBeside { get; init; }

    /// <summary>Whether modules that compute in 16 bits read it in float32 all the same.</summary>
    public bool IsFloat32 { get; init; }
}
