using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks;

/// <summary>
/// How many numbers stay in memory from the forward to the backward pass, for one example: every value that some step's backward pass
/// needs, once, and what layers keep inside. Weights and what they are turned into are not counted, for they do not grow with the batch.
/// </summary>
internal sealed class Activations
{
    private readonly CheckedNetwork network;

    // Values that lie in the memory of others.
    private readonly Dictionary<int, int> views = [];

    // Inputs and results.
    private readonly int[] ends;

    // Values that the backward pass needs, and how much it needs besides.
    private readonly HashSet<int> needed = [];
    private readonly Dim inside;

    private Activations(CheckedNetwork network)
    {
        this.network = network;
        foreach (var step in network.Steps)
        {
            if (step is LayerStep { Layer: { Block: null } layer } && LayerKind.Find(layer.Kind)!.IsView(layer))
                views.Add(step.Outputs[0], step.Inputs[0]);
        }

        ends = [.. Enumerable.Range(0, network.Inputs.Count()).Concat(network.Results).Select(Owner)];
        foreach (var step in network.Steps)
        {
            if (step is LayerStep layer)
            {
                var kept = Keep(layer);
                inside += Inside(layer, kept);
                for (var end = 0; end < step.Inputs.Count + step.Outputs.Count; end++)
                {
                    var isInput = end < step.Inputs.Count;
                    if (layer.Layer.Block is { } block ? block.Keeps(end) : isInput ? kept.Input : kept.Output)
                        needed.Add(Owner(isInput ? step.Inputs[end] : step.Outputs[end - step.Inputs.Count]));
                }
            }
            else if (step is CombineStep { Operator: '*' })
            {
                needed.UnionWith(step.Inputs.Select(Owner));
            }
        }
    }

    /// <summary>All of them, inputs and results among them.</summary>
    public Dim All => Count(needed.Union(ends));

    /// <summary>Those that neither go in nor come out; for a block, its surroundings count these.</summary>
    public Dim Within => Count(needed.Except(ends));

    /// <summary>For each input, then for each result: whether the backward pass needs it.</summary>
    public EquatableArray<bool> Keeps => ends.Select(needed.Contains).ToEquatable();

    public static Activations Of(CheckedNetwork network) => new(network);

    private Dim Count(IEnumerable<int> values) => values.Aggregate(inside, (sum, value) => sum + network.Values[value].Shape.Numbers);

    private Dim Inside(LayerStep step, SavedForBackward kept)
    {
        var copies = step.Layer.Repeat ?? 1;
        var between = kept.Input || kept.Output ? network.Values[step.Outputs[0]].Shape.Numbers * (copies - 1) : 0;
        return kept.Inside * copies + between;
    }

    private SavedForBackward Keep(LayerStep step)
    {
        var (inputs, outputs) = (step.Inputs.Select(value => network.Values[value].Shape).ToArray(), step.Outputs.Select(value => network.Values[value].Shape));
        return step.Layer.Block is { } block
            ? new(block.Keeps(0), block.Keeps(inputs.Length), block.Activations.With(BlockSizes.Of(step.Layer, block, inputs)))
            : LayerKind.Find(step.Layer.Kind)!.Saved(step.Layer, inputs[0], outputs.First());
    }

    private int Owner(int value) => views.TryGetValue(value, out var owner) ? Owner(owner) : value;
}
