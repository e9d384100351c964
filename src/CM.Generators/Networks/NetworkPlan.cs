using CM.Generators.Diagnostics;
using CM.Generators.Values;

namespace CM.Generators.Networks;

/// <summary>A network as it is declared: everything the checker and the writer need, and nothing of Roslyn's.</summary>
/// <param name="Record">Its name and place.</param>
/// <param name="Documentation">The user's own summary; empty where there is none.</param>
/// <param name="Parameters">The record's parameters, all whole numbers.</param>
/// <param name="Layers">List in order of declaration.</param>
/// <param name="Forward">Wiring; null where they follow each other and <paramref name="Chain"/> is the input.</param>
/// <param name="Chain">The input of a network without <c>Forward</c>.</param>
/// <param name="Site">The record's name in the source.</param>
internal sealed record NetworkPlan(
    RecordName Record, string Documentation, EquatableArray<string> Parameters, EquatableArray<LayerPlan> Layers, ForwardPlan? Forward, InputPlan? Chain, int Site)
{
    /// <summary>Findings of the reader.</summary>
    public EquatableArray<Finding> Findings { get; init; }

    /// <summary>Whether a layer of another network stands for it, so that nobody declared it.</summary>
    public bool IsExpansion { get; init; }

    public LayerPlan? Layer(string name) => Layers.FirstOrDefault(layer => layer.Name == name);
}
