using CM.Generators.Experiments.Axes;
using CM.Generators.Values;
using Microsoft.CodeAnalysis;
using static CM.Generators.Experiments.Axes.ExperimentLine;

namespace CM.Generators.Experiments.Parts;

/// <summary>Reads <c>[Data&lt;T&gt;]</c> and holds it against the model.</summary>
internal static class DataReader
{
    public static DataAxis? Read(ExperimentLine line, AxisAttribute? data, AxisAttribute? model)
    {
        if (data?.Type is not { TypeKind: not TypeKind.Error } source)
            return null;
        var shape = Example(data);
        if (shape.Length == 0 || shape.Any(size => size < 1))
        {
            line.Findings.Add(new("CM5004", data.Site, source.Name, "data", "it has no [Shape] with the sizes of one example"));
            return null;
        }

        if (model is not null && ModelReader.Contract(line, model) is { } contract && contract.Inputs.Count > 0)
            CompareShapes(line, data, source, shape, model, contract);
        return new(source.Name, line.Code(source), shape.ToEquatable(), Classes(data));
    }

    /// <summary>Reports a taker of labels whose data have none, or have other ones.</summary>
    public static void CheckLabels(ExperimentLine line, AxisAttribute data, string taker, AxisAttribute taken, long? wanted)
    {
        var given = Classes(data);
        if (given < 1 || (wanted is not null && wanted != given))
            line.Findings.Add(new("CM5013", data.SiteOr(taken), taker, wanted is null ? "labels" : $"labels of {wanted} classes", data.Type!.Name, given == 0 ? "none; write [Classes(n)] on it if its examples are labelled" : $"{given}"));
    }

    /// <summary>Reads <c>[HorizontalFlip]</c>.</summary>
    public static bool ReadFlip(ExperimentLine line, AxisAttribute? flip, AxisAttribute? data)
    {
        if (flip is not null && data?.Type is { TypeKind: not TypeKind.Error } source && Example(data) is var shape && shape.Length is not (0 or 3))
            line.Findings.Add(new("CM5004", flip.Site, source.Name, "mirrored data", $"its examples [{string.Join(", ", shape)}] are no images [channels, height, width]"));
        return flip is not null;
    }

    private static void CompareShapes(ExperimentLine line, AxisAttribute data, INamedTypeSymbol source, int[] example, AxisAttribute model, BlockContract contract)
    {
        var (want, have) = (contract.Inputs[0], BatchOf(example));
        string[] clashes = want.Rank != have.Rank
            ? [$"it has {have.Rank} axes with the batch but must have {want.Rank}"]
            : [.. Enumerable.Range(1, want.Rank - 1).Where(axis => want[axis].Size.Value is { } size && size != example[axis - 1])
                .Select(axis => $"{have.NameOf(axis)} is {have[axis].Size} but must be {want[axis].Size}")];
        if (clashes.Length > 0)
            line.Findings.Add(new("CM5005", data.SiteOr(model), source.Name, have.ToString(), contract.Name, want.ToString(), string.Join(", ", clashes)));
    }
}

/// <param name="Code">The type as it is written in the generated file.</param>
/// <param name="Shape">Shape of one example, without the batch.</param>
/// <param name="Classes">Number of classes; 0 for none.</param>
internal sealed record DataAxis(string Name, string Code, EquatableArray<int> Shape, int Classes);
