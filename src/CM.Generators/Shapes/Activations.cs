using CM.Generators.Layers;

namespace CM.Generators.Shapes;

/// <summary>
/// How many numbers stay in memory from the forward to the backward pass, for one example: every value that some step's backward pass needs,
/// once, and what layers keep inside. Weights and what they are turned into are not counted, for they do not grow with the batch.
/// </summary>
internal static class Activations
{
    /// <summary>All of them, inputs and results among them.</summary>
    public static Dim Of(CheckedNetwork network) => Count(network, Needed(network).Union(Ends(network)));

    /// <summary>Those that neither go in nor come out; for a block, its surroundings count these.</summary>
    public static Dim Within(CheckedNetwork network) => Count(network, Needed(network).Except(Ends(network)));

    private static Dim Count(CheckedNetwork network, IEnumerable<int> values) =>
        values.Aggregate(network.Steps.OfType<LayerStep>().Aggregate((Dim)0, (sum, step) => sum + Inside(network, step)), (sum, value) => sum + network.Values[value].Shape.Numbers);

    private static IEnumerable<int> Ends(CheckedNetwork network) => Enumerable.Range(0, network.Inputs.Count()).Concat(network.Results).Select(value => Owner(network, value));

    private static IEnumerable<int> Needed(CheckedNetwork network) => network.Steps.SelectMany(step => step switch
    {
        LayerStep layer => Keep(network, layer) is var kept && kept is { Input: true, Output: true } ? step.Inputs.Concat(step.Outputs) : kept.Input ? step.Inputs : kept.Output ? step.Outputs : [],
        CombineStep { Operator: '*' } => step.Inputs,
        _ => Enumerable.Empty<int>(),
    }).Select(value => Owner(network, value)).Distinct();

    private static Dim Inside(CheckedNetwork network, LayerStep step)
    {
        var (kept, copies) = (Keep(network, step), step.Layer.Repeat ?? 1);
        var between = kept.Input || kept.Output ? network.Values[step.Outputs[0]].Shape.Numbers * (copies - 1) : 0;
        return kept.Inside * copies + between;
    }

    private static Kept Keep(CheckedNetwork network, LayerStep step)
    {
        var (inputs, outputs) = (step.Inputs.Select(value => network.Values[value].Shape).ToArray(), step.Outputs.Select(value => network.Values[value].Shape));
        return step.Layer.Block is { } block
            ? new(true, true, block.Activations.With(NetworkChecker.Sizes(step.Layer, block, inputs)))
            : LayerKind.Find(step.Layer.Kind)!.Keep(step.Layer, inputs[0], outputs.First());
    }

    // Whose memory a value lies in.
    private static int Owner(CheckedNetwork network, int value) =>
        network.Steps.OfType<LayerStep>().FirstOrDefault(step => step.Outputs[0] == value && step.Layer.Block is null && LayerKind.Find(step.Layer.Kind)!.IsView(step.Layer)) is { } view
            ? Owner(network, view.Inputs[0])
            : value;
}
