using CM.Generators.Classifiers;
using CM.Generators.Experiments.Axes;
using Microsoft.CodeAnalysis;
using static CM.Generators.Experiments.Axes.ExperimentLine;

namespace CM.Generators.Experiments.Parts;

/// <summary>Reads the axes that say how a run computes and is judged: loss scale, precision, evaluation, comparison.</summary>
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
        precision.Checked("compute", given, _ => false, "one of ComputeType's");
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
        var complaint = AttributeReader.Declared(classifier, "ClassifierAttribute") is null ? "it has no [Classifier]"
            : example.Length > 0 && !ClassifierReader.Takes(classifier, example) ? $"it does not take examples [{string.Join(", ", example)}]"
            : null;
        if (complaint is not null)
            line.Findings.Add(new("CM5004", evaluate.SiteOr(data), classifier.Name, "classifier", complaint));
        return new($"{line.Code(classifier)}.{ClassifierReader.Property}", every, samples);
    }

    public static Comparison? ReadComparison(ExperimentLine line)
    {
        if (AttributeReader.Declared(line.Type, "CompareAttribute") is not { ConstructorArguments: { Length: 1 } arguments } attribute || arguments[0] is not { Kind: TypedConstantKind.Array, Values: { IsDefaultOrEmpty: false } groups })
            return null;
        var seeds = (int)(line.At(attribute).Named("Seeds", value => value >= 1, "1 or more") ?? 1);
        return new(groups.Select(group => group.Value as string).OfType<string>().ToEquatable(), seeds);
    }
}

/// <param name="Interval">Steps without an overflow after which the scale doubles.</param>
internal sealed record LossScale(double Scale, int Interval);

/// <param name="Name">Member of <c>ComputeType</c>.</param>
internal sealed record Precision(string Name)
{
    /// <summary>The type of what flows through networks, as it is written in code; null where it is float32.</summary>
    public string? Type => IsHalf ? "Half" : Name == "BFloat16" ? "bfloat16" : null;

    /// <summary>Whether it is float16, or what stands in for it where there is no CUDA.</summary>
    public bool IsHalf => Name == "Float16";
}

/// <param name="Classifier">The property with the classifier's plan; null where points are judged as they are.</param>
/// <param name="Every">Every, 0 where a training is not interrupted.</param>
internal sealed record Evaluation(string? Classifier, int Every, int Samples);

internal sealed record Comparison(EquatableArray<string> Groups, int Seeds);
