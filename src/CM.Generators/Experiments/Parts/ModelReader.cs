using CM.Generators.Diagnostics;
using CM.Generators.Experiments.Axes;
using CM.Generators.Networks;
using CM.Generators.Values;
using Microsoft.CodeAnalysis;

namespace CM.Generators.Experiments.Parts;

/// <summary>Reads <c>[Model&lt;T&gt;]</c>.</summary>
internal static class ModelReader
{
    public static ModelAxis? Read(ExperimentLine line, AxisAttribute? model, AxisAttribute? data)
    {
        if (model?.Type is not { TypeKind: not TypeKind.Error } network)
            return null;
        if (!NetworkReader.IsNetwork(network))
            return Refuse("it has no [Network]");
        if (network.InstanceConstructors.Any(constructor => constructor.Parameters.Length > 0 && !SymbolEqualityComparer.Default.Equals(constructor.Parameters[0].Type, network)))
            return Refuse("it has parameters; declare a network without parameters that uses it as a block");

        var contract = Contract(line, model);
        if (contract is { Inputs.Count: > 0, Outputs.Count: > 0 })
        {
            if (contract.Inputs.Count is not (2 or 3) || contract.Inputs[1].Rank != 1 || contract.Inputs.Skip(2).Any(labels => labels.Rank != 2))
                line.Findings.Add(new("CM5007", model.Site, network.Name, string.Join(", ", contract.Inputs)));
            else if (contract.Outputs.Count != 1 || !contract.Outputs[0].Equals(contract.Inputs[0]))
                line.Findings.Add(new("CM5006", model.Site, network.Name, string.Join(", ", contract.Outputs), contract.Inputs[0].ToString()));
            else if (TakesLabels(contract) && data?.Type is { TypeKind: not TypeKind.Error })
                DataReader.CheckLabels(line, data, network.Name, model, contract.Inputs[2][1].Size.Value);
        }

        var layers = NetworkReader.ReadAllLayers(network, line.Cancellation).Select(layer => (Plan: layer, Kind: LayerKind.Find(layer.Kind))).ToList();
        return new(network.Name, line.Code(network), network.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat),
            layers.Exists(layer => layer.Kind?.DrawsMasks(layer.Plan) == true), layers.Exists(layer => layer.Kind?.NormalisesWeights == true), TakesLabels(contract));

        ModelAxis? Refuse(string why)
        {
            line.Findings.Add(new("CM5004", model.Site, network.Name, "model", why));
            return null;
        }
    }

    public static BlockContract? Contract(ExperimentLine line, AxisAttribute model) =>
        model.Type is { TypeKind: not TypeKind.Error } network && NetworkReader.IsNetwork(network) ? NetworkReader.ReadContract(network, new SourceSites(), line.Cancellation) : null;

    public static bool TakesLabels(BlockContract? model) => model is { Inputs.Count: 3 };
}

/// <param name="NormalisesWeights">Whether a pass that records gradients brings weights to magnitude 1 in place.</param>
/// <param name="TakesLabels">Whether labels are its third input.</param>
internal sealed record ModelAxis(string Name, string Code, string FullName, bool HasDropout, bool NormalisesWeights, bool TakesLabels);
