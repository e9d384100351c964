using CM.Dsl;

namespace CM.Runtime;

/// <summary>Facts about a network.</summary>
/// <param name="Name">Name of the record.</param>
/// <param name="Summary">The first line of its documentation, or nothing.</param>
/// <param name="Inputs">Shapes of what it takes: <c>[B, 2]</c>.</param>
/// <param name="Output">Shape of what it gives.</param>
/// <param name="Layers">Its layers in the order of declaration.</param>
public sealed record NetworkPlan(string Name, string Summary, IReadOnlyList<string> Inputs, string Output, IReadOnlyList<Layer> Layers)
{
    /// <summary>Name of the record with its namespace and the types around it.</summary>
    public string FullName { get => field ?? Name; init; }

    /// <summary>Number of trained elements.</summary>
    public required long Parameters { get; init; }

    /// <summary>Multiply-adds of a forward pass for one example; -1 where that depends on an axis that is open.</summary>
    public required long Work { get; init; }

    /// <summary>
    /// Bytes that one example keeps in memory from the forward to the backward pass, in float32; -1 where that depends on
    /// an axis that is open.
    /// </summary>
    public required long Activations { get; init; }
}
