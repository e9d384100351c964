using CM.Generators.Values;

namespace CM.Generators.Networks;

/// <summary>
/// Group norm, SiLU and what stands around them, as one step: <c>((dropout(silu(norm(x + shift)))) ∗ weight + residual)·scale</c>.
/// </summary>
/// <param name="Norm">The group norm.</param>
/// <param name="X">Value to normalize.</param>
/// <param name="Inputs">Value to normalize, then shift and residual if there are.</param>
/// <param name="Output">Output.</param>
internal sealed record FusedStep(LayerPlan Norm, int X, EquatableArray<int> Inputs, int Output) : Step(Inputs, [Output])
{
    /// <summary>Shift added to every pixel before the norm; null for none.</summary>
    public int? Shift { get; init; }

    public LayerPlan? Dropout { get; init; }

    public LayerPlan? Convolution { get; init; }

    public int? Residual { get; init; }

    public double Scale { get; init; } = 1;

    /// <summary>The layers in it, in order.</summary>
    public EquatableArray<LayerPlan> Layers { get; init; }
}

/// <summary>A linear map with the SiLU and the join before it, as one step: <c>[silu(first), second]·weightᵀ + bias</c>.</summary>
/// <param name="Linear">The linear map.</param>
/// <param name="Inputs">The first part, then the second where there is one.</param>
/// <param name="Output">Output.</param>
internal sealed record LinearStep(LayerPlan Linear, EquatableArray<int> Inputs, int Output) : Step(Inputs, [Output])
{
    /// <summary>The SiLU of the first part; null for none.</summary>
    public LayerPlan? Act { get; init; }
}

/// <summary>The place of a layer in a fused step.</summary>
internal enum FusionRole
{
    None,

    /// <summary>A group norm with arguments <c>groups</c> and <c>epsilon</c>.</summary>
    GroupNorm,
    SiLU,

    /// <summary>A dropout with argument <c>probability</c>, above 0.</summary>
    Dropout,

    /// <summary>One convolution over all channels that leaves height and width as they are.</summary>
    Convolution,
    Linear,
}

/// <summary>Finds steps whose values nothing else reads, so that they can be one.</summary>
internal sealed class Fusion
{
    private readonly CheckedNetwork network;
    private readonly List<Step> steps;
    private readonly ILookup<int, int> users;

    private Fusion(CheckedNetwork network)
    {
        this.network = network;
        steps = [.. network.Steps];
        users = steps.SelectMany((step, place) => step.Inputs.Select(value => (value, place))).ToLookup(pair => pair.value, pair => pair.place);
    }

    /// <summary>The steps of a network, fused where that is possible.</summary>
    public static EquatableArray<Step> Fuse(CheckedNetwork network) => new Fusion(network).Fuse();

    private EquatableArray<Step> Fuse()
    {
        var gone = new HashSet<int>();
        var made = new Dictionary<int, Step>();
        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i] is not LayerStep { Layer: { Repeat: null } norm } || RoleOf(norm) != FusionRole.GroupNorm || network.Values[steps[i].Inputs[0]].Shape.Rank != 4 || !Follow(i, out var act) || RoleOf(act.Layer!) != FusionRole.SiLU)
                continue;
            var (fused, taken) = Grow(i, norm, act.Place, act.Layer!);
            gone.UnionWith(taken);
            made[taken.Max()] = fused;
        }

        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i] is LayerStep { Layer: { Repeat: null } linear } && RoleOf(linear) == FusionRole.Linear && network.Values[steps[i].Inputs[0]].Shape.Rank == 2 && Before(i, linear, gone) is { } fused)
                made[i] = fused;
        }

        return steps.SelectMany((step, place) => made.TryGetValue(place, out var fused) ? [fused] : gone.Contains(place) ? Array.Empty<Step>() : [step]).ToEquatable();
    }

    private (FusedStep Fused, HashSet<int> Taken) Grow(int norm, LayerPlan layer, int act, LayerPlan silu)
    {
        var (x, last, taken) = (steps[norm].Inputs[0], act, new HashSet<int> { norm, act });
        List<LayerPlan> layers = [layer, silu];
        var fused = new FusedStep(layer, x, [x], 0) { Section = steps[norm].Section };
        if (Shifted(x, steps[norm].Section) is { } shifted)
        {
            fused = fused with { X = shifted.X, Shift = shifted.Shift };
            taken.Add(shifted.Place);
        }

        if (Follow(last, out var next) && next.Layer is { } dropout && RoleOf(dropout) == FusionRole.Dropout)
        {
            fused = fused with { Dropout = dropout };
            Take(next);
        }

        if (Follow(last, out next) && next.Layer is { } convolution && RoleOf(convolution) == FusionRole.Convolution)
        {
            fused = fused with { Convolution = convolution };
            Take(next);
            if (OnlyUser(last) is { } sum && steps[sum] is CombineStep { Operator: '+' } add && add.Left != add.Right
                && network.Values[add.Left].Shape.Equals(network.Values[add.Right].Shape))
            {
                fused = fused with { Residual = add.Left == steps[last].Outputs[0] ? add.Right : add.Left };
                taken.Add(last = sum);
                if (OnlyUser(last) is { } product && steps[product] is NumberStep { Operator: '*' } scale)
                {
                    fused = fused with { Scale = scale.Number };
                    taken.Add(last = product);
                }
            }
        }

        return (fused with
        {
            Inputs = new[] { fused.X, fused.Shift, fused.Residual }.Where(value => value is not null).Select(value => value!.Value).ToEquatable(),
            Outputs = steps[last].Outputs,
            Output = steps[last].Outputs[0],
            Layers = layers.ToEquatable(),
        }, taken);

        void Take((LayerPlan? Layer, int Place) found)
        {
            layers.Add(found.Layer!);
            taken.Add(last = found.Place);
        }
    }

    // The step that makes the input of a linear map, if nothing else reads it.
    private LinearStep? Before(int place, LayerPlan linear, HashSet<int> gone)
    {
        var (inputs, act, section) = (steps[place].Inputs, (LayerPlan?)null, steps[place].Section);
        if (Maker(inputs[0], section) is { } join && steps[join] is CatStep { Items: { Count: 2 } items } && items[0] != items[1])
        {
            inputs = items;
            gone.Add(join);
        }

        if (Maker(inputs[0], section) is { } bend && steps[bend] is LayerStep { Layer: { Repeat: null } silu } && RoleOf(silu) == FusionRole.SiLU)
        {
            (act, inputs) = (silu, inputs.Select((value, i) => i == 0 ? steps[bend].Inputs[0] : value).ToEquatable());
            gone.Add(bend);
        }

        return act is null && inputs.Count == 1 ? null : new LinearStep(linear, inputs, steps[place].Outputs[0]) { Act = act, Section = section };
    }

    // The step that makes a value which one other step of the section reads, once.
    private int? Maker(int value, string section) =>
        steps.FindIndex(step => step.Outputs.Contains(value)) is var place and >= 0 && steps[place].Section == section && users[value].Count() == 1 && !network.Results.Contains(value) ? place : null;

    // x + shift with a number for each sample and channel, which nothing else reads.
    private (int X, int Shift, int Place)? Shifted(int sum, string section)
    {
        var place = steps.FindIndex(step => step.Outputs.Contains(sum));
        if (place < 0 || steps[place] is not CombineStep { Operator: '+' } add || add.Section != section || users[sum].Count() != 1 || network.Results.Contains(sum))
            return null;
        foreach (var (x, shift) in new[] { (add.Left, add.Right), (add.Right, add.Left) })
        {
            var (wide, narrow) = (network.Values[x].Shape, network.Values[shift].Shape);
            if (wide.Rank == 4 && narrow.Rank == 2 && wide[0].Size == narrow[0].Size && wide[1].Size == narrow[1].Size)
                return (x, shift, place);
        }

        return null;
    }

    private static FusionRole RoleOf(LayerPlan layer) => LayerKind.Find(layer.Kind)?.Fuses(layer) ?? FusionRole.None;

    private bool Follow(int place, out (LayerPlan? Layer, int Place) next)
    {
        next = OnlyUser(place) is { } user && steps[user] is LayerStep { Layer: { Repeat: null, Module: null } layer } ? (layer, user) : (null, -1);
        return next.Layer is not null;
    }

    private int? OnlyUser(int place) =>
        steps[place].Outputs is { Count: 1 } outputs && !network.Results.Contains(outputs[0]) && users[outputs[0]].Count() == 1
        && users[outputs[0]].First() is var user && steps[user].Section == steps[place].Section ? user : null;
}
