using CM.Generators.Values;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Networks;

/// <summary>Names in the module of a network: fields, places of parameters, types of blocks.</summary>
internal sealed class ModuleNames
{
    private readonly NetworkPlan plan;
    private readonly NameTable taken;
    private readonly Dictionary<string, ParameterPlan[]> owned = [];
    private readonly Dictionary<(string Layer, int Copy, string Parameter), string> fields = [];

    public ModuleNames(CheckedNetwork network)
    {
        plan = network.Plan;
        OwnFunctions = [.. network.InOrder.Where(found => found.Layer.IsFunction).Select(found => found.Layer.Block).OfType<BlockContract>()
            .GroupBy(function => function.FullName).Select(same => same.First())];
        Parameters = [.. plan.Parameters];
        taken = new([.. Parameters, .. plan.Layers.Select(layer => layer.Name), .. OwnFunctions.Select(function => function.Name), "parameters", "training", "functional", "nn", "torch", "cat", "last", "i"]);
        Context = plan.Layers.Any(layer => layer.Module is null && LayerKind.Find(layer.Kind)?.DrawsMasks(layer) == true) ? taken.Take("context") : null;
        foreach (var layer in plan.Layers)
        {
            owned[layer.Name] = LayerKind.Find(layer.Kind)?.Parameters(layer).ToArray() ?? [];
            foreach (var (copy, _) in Copies(layer))
            {
                foreach (var parameter in Owned(layer))
                    fields.Add((layer.Name, copy, parameter.Name), taken.Take(FieldName(layer, copy, parameter.Name)));
            }
        }

        foreach (var function in OwnFunctions)
            fields.Add((function.FullName, 0, "fits"), taken.Take(char.ToLowerInvariant(function.Name[0]) + function.Name.Substring(1) + "Fits"));
    }

    /// <summary>The record's own parameters.</summary>
    public HashSet<string> Parameters { get; }

    /// <summary>Contracts of the functions that users have written.</summary>
    public IReadOnlyList<BlockContract> OwnFunctions { get; }

    /// <summary>The field of the step context; null for a module without masks.</summary>
    public string? Context { get; }

    /// <summary>A new name.</summary>
    public string Take(string wanted) => taken.Take(wanted);

    /// <summary>Names of values as C#.</summary>
    /// <param name="values">The values, inputs first.</param>
    /// <param name="inputs">Number of inputs, which may be keywords.</param>
    public string[] OfValues(EquatableArray<ShapedValue> values, int inputs) => [.. values.Select((value, i) =>
    {
        var isInput = i < inputs;
        var clashes = taken.Contains(value.Name) || (!isInput && Escape(value.Name) != value.Name);
        return Escape(taken.Take(clashes ? value.Name + (isInput ? "In" : "Out") : value.Name));
    })];

    /// <summary>Tensors that a layer owns.</summary>
    public ParameterPlan[] Owned(LayerPlan layer) => owned[layer.Name];

    /// <summary>The field of a tensor.</summary>
    public string Field(LayerPlan layer, int copy, string parameter) => fields[(layer.Name, copy, parameter)];

    /// <summary>The field that says whether a user's function has kept its promise once.</summary>
    public string Fits(BlockContract function) => fields[(function.FullName, 0, "fits")];

    /// <summary>Copies of a layer, each with the place of its parameters.</summary>
    public static IEnumerable<(int Copy, string Path)> Copies(LayerPlan layer) => layer.Repeat is { } times
        ? Enumerable.Range(0, times).Select(copy => (copy, $"{layer.Name}.{copy}"))
        : [(0, layer.Place ?? layer.Name)];

    /// <summary>A layer in comments: the place of its parameters, unless they lie among those of the network itself.</summary>
    public static string PlaceOf(LayerPlan layer) =>
        layer.Place is { Length: > 0 } place && !place.EndsWith("_", StringComparison.Ordinal) ? place : layer.Name;

    /// <summary>True for a class that is written inside this record.</summary>
    public bool IsInside(BlockContract block) => block.FullName.StartsWith(plan.Record.FullName + ".", StringComparison.Ordinal);

    /// <summary>The record of a block, short where nothing else of that name is near.</summary>
    public string TypeOf(BlockContract block) =>
        IsInside(block) ? block.FullName.Substring(plan.Record.FullName.Length + 1)
        : block.FullName == $"global::{plan.Record.Namespace}.{block.Name}" && plan.Layer(block.Name) is null ? EscapeType(block.Name)
        : block.FullName;

    /// <summary>Arguments of a block.</summary>
    public static string Given(LayerPlan layer) => string.Join(", ", layer.Sizes("arguments").Select(size => size.ToCode()));

    /// <summary>The record's parameters as those of a method.</summary>
    /// <param name="more">A further one behind them.</param>
    public string Arguments(string more = "") => string.Join(", ", plan.Parameters.Select(name => "int " + Escape(name)).Concat(more.Length > 0 ? [more] : []));

    private static string FieldName(LayerPlan layer, int copy, string parameter) =>
        char.ToLowerInvariant(layer.Name[0]) + layer.Name.Substring(1) + (layer.Repeat is null ? "" : copy.ToString())
        + string.Concat(parameter.Split('.', '_').Select(word => char.ToUpperInvariant(word[0]) + word.Substring(1)));
}
