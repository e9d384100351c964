using CM.Generators.Couplings;
using CM.Generators.Experiments.Axes;
using CM.Generators.Shapes;
using Microsoft.CodeAnalysis;
using static CM.Generators.Experiments.Axes.ExperimentLine;

namespace CM.Generators.Experiments.Parts;

/// <summary>Reads <c>[Coupling&lt;T&gt;]</c> and checks the coupling with the shapes of the data.</summary>
internal static class CouplingAxisReader
{
    public static Coupling? Read(ExperimentLine line, AxisAttribute? coupling, AxisAttribute? data, AxisAttribute? model, AxisAttribute? origin)
    {
        if (coupling?.Type is not { TypeKind: not TypeKind.Error } kind)
            return null;
        if (!CouplingReader.IsCoupling(kind))
        {
            line.Findings.Add(new("CM5004", coupling.Site, kind.Name, "coupling", "it has no [Coupling]"));
            return null;
        }

        if (Coupling.Find(kind.ToDisplayString()) is { } known)
            return known;
        if (kind.DeclaringSyntaxReferences.Length == 0 && AttributeReader.Declared(kind, "CoupleAttribute") is null)
            return Misfit("it is declared in another assembly that was built without the generator of CM.Dsl");

        var plan = CouplingReader.Read(kind, line.SourceSites, line.Cancellation);
        var own = CouplingChecker.Check(plan, CouplingChecker.DataShape(plan));
        if (own.Findings.FirstOrDefault(finding => finding.IsError) is { } mistake)
        {
            // Reported where the coupling is declared.
            line.Findings.Add(mistake);
            return null;
        }

        var labelled = model is not null && ModelReader.TakesLabels(ModelReader.Contract(line, model));
        if ((labelled || plan.HasLabels) && data?.Type is { TypeKind: not TypeKind.Error } && Classes(data) < 1)
        {
            if (!labelled)
                DataReader.CheckLabels(line, data, kind.Name, coupling, null);
            return null;
        }

        var labels = Shape.Of([Dim.Of("B"), Classes(data)]);
        var check = Example(data) is not { Length: > 0 } example ? own
            : labelled ? CouplingChecker.CheckLabelled(plan, BatchOf(example), labels)
            : CouplingChecker.Check(plan, BatchOf(example), labels);
        if (check.Findings.FirstOrDefault(finding => finding.IsError) is { } clash)
            return Misfit($"with data of shape {BatchOf(Example(data))}, {clash.At(line.SourceSites).GetMessage(System.Globalization.CultureInfo.InvariantCulture)}", data);
        var declared = new DeclaredCoupling(kind.Name, check, plan.HasTimes) { HasLabels = check.Inputs.Count() > (plan.HasTimes ? 4 : 2) };
        return Conflict(line, declared, model, origin) is { } conflict ? Misfit(conflict.Why, conflict.Cause) : declared;

        // Attributes that a base leaves open are found where they are given.
        Coupling? Misfit(string why, AxisAttribute? other = null)
        {
            var site = other is not null && other.Depth < coupling.Depth ? other.Site : line.IsOpen(coupling) ? line.Name : coupling.Site;
            line.Findings.Add(new("CM3005", site, kind.Name, why));
            return null;
        }
    }

    private static (string Why, AxisAttribute? Cause)? Conflict(ExperimentLine line, DeclaredCoupling declared, AxisAttribute? model, AxisAttribute? origin) =>
        declared.HasLabels && declared.PermutesData is { } matching
            ? ($"'{matching}' changes the order of the data, and their labels stay where they are; pipe (data, noise) into it", null)
        : model?.Type is { } network && declared.Trained.FirstOrDefault(part => !network.GetMembers(part.Name).IsEmpty) is { } shared
            ? ($"both it and '{network.Name}' have a part '{shared.Name}', and their weights lie in one store; rename one of them", model)
        : declared.ModelWith(ModelWeights.Ema) is { } part && !line.Type.IsAbstract && AveragesReader.Find(line).Count == 0
            ? ($"'{part.Name}' takes averaged weights, and none are averaged; add [Ema(decay)], or take Weights.Student", null)
        : declared.ModelWith(ModelWeights.Frozen) is { } kept && !line.Type.IsAbstract && origin is null
            ? ($"'{kept.Name}' takes the weights of a finished run, and no experiment is named for it; add [Frozen<T>] or [InitFrom<T>]", null)
        : null;
}
