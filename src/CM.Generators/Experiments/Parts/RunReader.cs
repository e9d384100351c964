using CM.Generators.Experiments.Axes;
using CM.Generators.Reading;
using Microsoft.CodeAnalysis;
using static CM.Generators.Experiments.ExperimentLine;
using static CM.Generators.Writing.CodeWriter;

namespace CM.Generators.Experiments.Parts;

/// <summary>Reads the axes that say how a run computes and is judged: loss scale, precision, evaluation, comparison, memory budget.</summary>
internal static class RunReader
{
    public static LossScale? ReadLossScale(AxisAttribute? scale) => scale is null ? null : new(
        scale.Positional("scale", value => value > 0, "above 0"), (int)(scale.Named("GrowthInterval", steps => steps >= 1, "1 or more") ?? 2000));

    public static Precision? ReadPrecision(AxisAttribute? precision)
    {
        if (precision?.Attribute.ConstructorArguments.FirstOrDefault() is not { Type: INamedTypeSymbol { TypeKind: TypeKind.Enum } all, Value: int value } given)
            return null;
        if (all.GetMembers().OfType<IFieldSymbol>().FirstOrDefault(member => member.ConstantValue is int each && each == value) is { } chosen)
            return new(chosen.Name);
        precision.Checked("compute", given, _ => false, "one of Compute's");
        return null;
    }

    public static Evaluation? ReadEvaluation(ExperimentLine line, AxisAttribute? evaluate, AxisAttribute? data)
    {
        if (evaluate is null)
            return null;
        var samples = (int)(evaluate.Named("Samples", value => value >= 2, "2 or more") ?? 2000);
        var every = (int)(evaluate.Named("Every", value => value >= 0, "0 or more") ?? 0);
        var example = Example(data);
        if (evaluate.Type is not { TypeKind: not TypeKind.Error } classifier)
            return evaluate.Attribute.AttributeClass!.IsGenericType ? null : new(null, every, samples);
        var complaint = ScheduleReader.Declared(classifier, "ClassifierAttribute") is null ? "it has no [Classifier]"
            : example.Length > 0 && !ClassifierReader.Takes(classifier, example) ? $"it does not take examples [{string.Join(", ", example)}]"
            : null;
        if (complaint is not null)
            line.Problems.Add(new("CM5004", evaluate.SiteOr(data), classifier.Name, "classifier", complaint));
        return new($"{line.Code(classifier)}.{ClassifierReader.Property}", every, samples);
    }

    public static Comparison? ReadComparison(ExperimentLine line)
    {
        if (ScheduleReader.Declared(line.Type, "CompareAttribute") is not { ConstructorArguments: { Length: 1 } arguments } attribute || arguments[0] is not { Kind: TypedConstantKind.Array, Values: { IsDefaultOrEmpty: false } groups })
            return null;
        var seeds = (int)(line.At(attribute).Named("Seeds", value => value >= 1, "1 or more") ?? 1);
        return new(groups.Select(group => group.Value as string).OfType<string>().ToEquatable(), seeds);
    }

    public static void CheckBudget(ExperimentLine line, AxisAttribute? budget, Experiment experiment, AxisAttribute? model)
    {
        if (budget is null || model is null)
            return;
        var gib = ScheduleReader.Named(budget.Attribute, "GiB") is { } given ? ScheduleReader.Real(given) : 0;
        if (!(gib > 0))
            line.Problems.Add(new("CM5008", budget.Site, "GiB", Number(gib), "above 0"));
        else if (ModelReader.Contract(line, model) is { } contract && MemoryNeed.Of(experiment, contract) is { } need && !need.FitsIn(gib))
            line.Problems.Add(new("CM5012", budget.Depth == 0 ? budget.Site : line.Name, line.Type.Name, need.Total, Number(gib), need.Sum, need.BatchWithin(gib) is > 0 and var batch ? $"it fits with Batch = {batch}" : "no batch fits"));
    }
}
