using CM.Generators.Layers;

namespace CM.Generators.Shapes;

/// <summary>
/// How many numbers stay in memory from the forward to the backward pass, for one example: every value that some step's backward pass needs,
/// once, and what layers keep inside. Weights and what they are turned into are not counted, for they do not grow with the batch.
/// </summary>
internal sealed class Activations
{
    private readonly CheckedNetwork network;

    // Values that lie in the memory of others.
    private readonly Dictionary<int, int> views;

    private Activations(CheckedNetwork network)
    {
        this.network = network;
        views = network.Steps.OfType<LayerStep>().Where(step => step.Layer.Block is null && LayerKind.Find(step.Layer.Kind)!.IsView(step.Layer)).ToDictionary(step => step.Outputs[0], step => step.Inputs[0]);
    }

    /// <summary>All of them, inputs and results among them.</summary>
    public static Dim Of(CheckedNetwork network)
    {
        var all = new Activations(network);
        return all.Count(all.Needed().Union(all.Ends()));
    }

    /// <summary>Those that neither go in nor come out; for a block, its surroundings count these.</summary>
    public static Dim Within(CheckedNetwork network)
    {
        var all = new Activations(network);
        return all.Count(all.Needed().Except(all.Ends()));
    }

    /// <summary>For each input, then for each result: whether the backward pass needs it.</summary>
    public static EquatableArray<bool> Keeps(CheckedNetwork network)
    {
        var all = new Activations(network);
        var needed = new HashSet<int>(all.Needed());
        return all.Ends().Select(needed.Contains).ToEquatable();
    }

    private Dim Count(IEnumerable<int> values) =>
        values.Aggregate(network.Steps.OfType<LayerStep>().Aggregate((Dim)0, (sum, step) => sum + Inside(step)), (sum, value) => sum + network.Values[value].Shape.Numbers);

    private IEnumerable<int> Ends() => Enumerable.Range(0, network.Inputs.Count()).Concat(network.Results).Select(Owner);

    private IEnumerable<int> Needed() => network.Steps.SelectMany(step => step switch
    {
        LayerStep { Layer.Block: { } block } => step.Inputs.Concat(step.Outputs).Where((_, end) => block.Keeps(end)),
        LayerStep layer => Keep(layer) is var kept && kept is { Input: true, Output: true } ? step.Inputs.Concat(step.Outputs) : kept.Input ? step.Inputs : kept.Output ? step.Outputs : [],
        CombineStep { Operator: '*' } => step.Inputs,
        _ => Enumerable.Empty<int>(),
    }).Select(Owner).Distinct();

    private Dim Inside(LayerStep step)
    {
        var (kept, copies) = (Keep(step), step.Layer.Repeat ?? 1);
        var between = kept.Input || kept.Output ? network.Values[step.Outputs[0]].Shape.Numbers * (copies - 1) : 0;
        return kept.Inside * copies + between;
    }

    private Kept Keep(LayerStep step)
    {
        var (inputs, outputs) = (step.Inputs.Select(value => network.Values[value].Shape).ToArray(), step.Outputs.Select(value => network.Values[value].Shape));
        return step.Layer.Block is { } block
            ? new(block.Keeps(0), block.Keeps(inputs.Length), block.Activations.With(NetworkChecker.Sizes(step.Layer, block, inputs)))
            : LayerKind.Find(step.Layer.Kind)!.Keep(step.Layer, inputs[0], outputs.First());
    }

    private int Owner(int value) => views.TryGetValue(value, out var owner) ? Owner(owner) : value;
}
