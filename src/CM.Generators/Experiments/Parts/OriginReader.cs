using CM.Generators.Couplings;
using CM.Generators.Diagnostics;
using CM.Generators.Experiments.Axes;
using CM.Generators.Networks;
using Microsoft.CodeAnalysis;

namespace CM.Generators.Experiments.Parts;

/// <summary>Reads <c>[InitFrom&lt;T&gt;]</c> and <c>[Frozen&lt;T&gt;]</c>.</summary>
internal static class OriginReader
{
    private const int LongestLine = 64;

    public static readonly string[] Attributes = ["InitFrom", "Frozen"];

    /// <param name="line">The experiment.</param>
    /// <param name="origin">The attribute.</param>
    /// <param name="model">The model, which both experiments share.</param>
    /// <param name="coupling">The coupling, which may take frozen weights.</param>
    /// <param name="taker">Another attribute that takes them.</param>
    public static Origin? Read(ExperimentLine line, AxisAttribute? origin, AxisAttribute? model, AxisAttribute? coupling, AxisAttribute? taker)
    {
        if (origin?.Type is not { TypeKind: not TypeKind.Error } other)
            return null;
        var (starts, continues) = (origin.Kind == "InitFrom", origin.Has("ContinueSteps"));
        var others = ExperimentLine.Of(other).ToArray();
        if (others.Length == 0 || !SymbolEqualityComparer.Default.Equals(others[0], other))
            return Refuse("it is no experiment");
        if (other.IsAbstract)
            return Refuse("it is abstract and never runs");
        if (Origins(other).Take(LongestLine).Contains(line.Type, SymbolEqualityComparer.Default))
            return Refuse(SymbolEqualityComparer.Default.Equals(other, line.Type) ? "it would need a run of its own before its first one" : "that one needs a run of this one");
        if (model?.Type is { } network && ExperimentLine.Inherited(others, "Model")?.AttributeClass!.TypeArguments.FirstOrDefault() is { } before && !SymbolEqualityComparer.Default.Equals(network, before))
            return Refuse($"its model is '{before.Name}' and not '{network.Name}', and the weights of one do not fit the other", model);
        if (continues && line.Property("Steps")?.Value.Value is int steps && StepsOf(others) is { } done && done >= steps)
            return Refuse($"that ends at step {done}, and steps are counted on, so this one must end later than at step {steps}");
        if (!starts && taker is null && coupling?.Type is { } kind && !TakesFrozen(kind, line.Cancellation))
            return Refuse("nothing takes its frozen weights; a coupling with [Model(Weights.Frozen)] or [ConsistencyDistillation] would, or write [InitFrom<T>]");
        return new(other.Name, RecordName.Of(other).Text, starts, continues);

        Origin? Refuse(string why, AxisAttribute? cause = null)
        {
            line.Findings.Add(new("CM5010", origin.SiteOr(cause), line.Type.Name, other.Name, why));
            return null;
        }
    }

    // An experiment, the one it takes weights from, the one that takes weights from, and so on.
    private static IEnumerable<INamedTypeSymbol> Origins(INamedTypeSymbol experiment)
    {
        for (INamedTypeSymbol? each = experiment; each is not null; each = ExperimentLine.Inherited(ExperimentLine.Of(each), Attributes)?.AttributeClass!.TypeArguments.FirstOrDefault() as INamedTypeSymbol)
            yield return each;
    }

    private static int? StepsOf(INamedTypeSymbol[] line) =>
        line.Select(each => AttributeReader.Named(AttributeReader.Declared(each, ExperimentLine.Attribute)!, "Steps")?.Value as int?).FirstOrDefault(steps => steps is not null);

    private static bool TakesFrozen(INamedTypeSymbol coupling, CancellationToken cancellation) =>
        NetworkReader.ReadParts(coupling, new SourceSites(), cancellation).Parts.Any(part => PartKind.Find(part.Kind)?.WeightsOf(part) == ModelWeights.Frozen);
}

/// <param name="Experiment">Simple name of the experiment whose run it is.</param>
/// <param name="FullName">Its full name.</param>
/// <param name="Starts">Whether the training starts from its weights, or only keeps them beside it.</param>
/// <param name="Continues">Whether steps are counted on.</param>
internal sealed record Origin(string Experiment, string FullName, bool Starts, bool Continues);
