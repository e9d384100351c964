using CM.Generators.Diagnostics;
using CM.Generators.Networks;
using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Couplings;

/// <summary>
/// Follows shapes through a coupling, with the checker of networks: its parts are blocks whose contracts follow from the data.
/// </summary>
internal static class CouplingChecker
{
    /// <summary>Checks a coupling for data of a shape with the batch.</summary>
    public static CheckedNetwork Check(CouplingPlan plan, Shape data) => Check(plan, data, LabelShape(plan));

    /// <summary>The same for labels of a shape, where it takes them.</summary>
    public static CheckedNetwork Check(CouplingPlan plan, Shape data, Shape labels)
    {
        var parts = plan.Parts.Select(part => PartKind.Find(part.Kind) is { } kind ? part with { Block = kind.Contract(part, data) } : part);

        // A part that cannot stand there has no shapes to follow.
        var couple = plan.Couple is { } body && plan.Findings.All(finding => finding.Rule != "CM3004") ? body with { Inputs = body.Inputs.Select((input, i) => input with { Sizes = ShapeOf(i).Sizes.ToEquatable() }).ToEquatable() } : null;
        var check = NetworkChecker.Check(new(plan.Record, "", [], parts.ToEquatable(), couple, null, plan.Site) { Findings = plan.Findings });
        return couple is null || check.HasErrors ? check : check with { Findings = check.Findings.Concat(Ends(check, couple, data)).Concat(Meaning(check, couple)).ToEquatable() };

        Shape ShapeOf(int input) => input < 2 ? data : plan.HasLabels && input == plan.Couple!.Inputs.Count - 1 ? labels : PartKind.PerSample;
    }

    /// <summary>
    /// The coupling for an experiment whose model takes labels: they come in last, and every part that is the model gets them last.
    /// </summary>
    public static CheckedNetwork CheckLabelled(CouplingPlan plan, Shape data, Shape labels)
    {
        if (plan.Couple is not { } couple || !plan.Parts.Any(IsModel))
            return Check(plan, data, labels);
        var inputs = plan.HasLabels ? couple.Inputs : [.. couple.Inputs, new("labels", [], couple.Site)];
        var check = Check(plan with { Couple = couple with { Inputs = inputs }, HasLabels = true }, data, labels);
        return check with { Steps = check.Steps.Select(step => step is LayerStep { Layer: var part } && IsModel(part) ? step with { Inputs = [.. step.Inputs, inputs.Count - 1] } : step).ToEquatable() };
    }

    /// <summary>The data that a coupling is made for: what its first network takes, or anything.</summary>
    public static Shape DataShape(CouplingPlan plan)
    {
        foreach (var part in plan.Parts)
        {
            if (part.Block is { Inputs: { Count: > 0 } inputs } && inputs[0].Rank > 1)
                return Taken(part, 0);
        }

        return Shape.Of([Dim.Of("B"), Dim.Of("N")]);
    }

    // The labels that a coupling is made for: what the first network takes that gets them, or anything.
    private static Shape LabelShape(CouplingPlan plan)
    {
        if (plan is { HasLabels: true, Couple: { } couple })
        {
            var labels = couple.Inputs.Last().Name;
            foreach (var pipe in couple.Pipes)
            {
                var inputs = pipe.Input is TupleExpression tuple ? tuple.Items.ToArray() : [pipe.Input];
                var place = Array.FindIndex(inputs, input => input is NameExpression name && name.Name == labels);
                if (place >= 0 && plan.Parts.FirstOrDefault(part => part.Name == pipe.Layer) is { Block: { } block } part && block.Inputs.Count > place)
                    return Taken(part, place);
            }
        }

        return Shape.Of([Dim.Of("B"), Dim.Of("Classes")]);
    }

    private static Shape Taken(LayerPlan part, int input) =>
        part.Block!.Inputs[input].With(part.Block.Parameters.Zip(part.Sizes("arguments"), (name, size) => (name, size)).ToDictionary(pair => pair.name, pair => pair.size));

    private static bool IsModel(LayerPlan part) => PartKind.Find(part.Kind)?.WeightsOf(part) is not null;

    private static IEnumerable<Finding> Ends(CheckedNetwork check, ForwardPlan couple, Shape data)
    {
        string[] ends = ["data end", "noise end", "regularization"];
        for (var i = 0; i < check.Results.Count; i++)
        {
            var (wanted, given) = (i < 2 ? data : PartKind.PerSample, check.Values[check.Results[i]].Shape);
            if (!given.IsUnknown && !(given.Rank == wanted.Rank && Enumerable.Range(0, wanted.Rank).All(axis => Fit.Of(wanted[axis].Size, given[axis].Size).Verdict != FitVerdict.Never)))
                yield return new Finding("CM3003", couple.Result.Site, ends[i], given.ToString(), wanted.ToString());
        }
    }

    // Operands of a value.
    [Flags]
    private enum Source
    {
        Nothing = 0,
        Data = 1,
        Noise = 2,
        Network = 4,
    }

    private static IEnumerable<Finding> Meaning(CheckedNetwork check, ForwardPlan couple)
    {
        var sources = new Source[check.Values.Count];
        (sources[0], sources[1]) = (Source.Data, Source.Noise);
        foreach (var step in check.Steps)
        {
            var made = step.Inputs.Aggregate(PartKind.Of(step)?.IsTrained == true ? Source.Network : Source.Nothing, (sum, input) => sum | sources[input]);
            foreach (var output in step.Outputs)
                sources[output] = made;
            if (step is LayerStep { Layer: var part } && PartKind.Of(step)?.MeasuresNetworks == true && !made.HasFlag(Source.Network))
                yield return new Finding("CM3007", part.Site, part.Name);
        }

        foreach (var (end, place, needed) in new[] { ("data end", 0, Source.Data), ("noise end", 1, Source.Noise) })
        {
            if (check.Results.Count > place && !sources[check.Results[place]].HasFlag(needed))
                yield return new Finding("CM3006", couple.Result.Site, end, needed.ToString().ToLowerInvariant());
        }

        if (check.Results.Count == 2 && sources[check.Results[1]].HasFlag(Source.Network))
            yield return new Finding("CM3008", couple.Result.Site, couple.Inputs[1].Name);
    }
}
