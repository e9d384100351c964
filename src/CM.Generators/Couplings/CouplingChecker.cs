using CM.Generators.Checking;
using CM.Generators.Shapes;

namespace CM.Generators.Couplings;

/// <summary>Follows shapes through a coupling, with the checker of networks: its parts are blocks whose contracts follow from the data.</summary>
internal static class CouplingChecker
{
    /// <summary>The data a coupling is made for, as far as its own declaration says: what its first network takes, or anything.</summary>
    public static Shape DataShape(CouplingPlan plan)
    {
        foreach (var part in plan.Parts)
        {
            if (part.Block is { Inputs: { Count: > 0 } inputs } block && inputs[0].Rank > 1)
                return inputs[0].With(block.Parameters.Zip(part.Sizes("arguments"), (name, size) => (name, size)).ToDictionary(pair => pair.name, pair => pair.size));
        }

        return Shape.Of([Dim.Of("B"), Dim.Of("N")]);
    }

    /// <summary>Checks a coupling for data of a shape with the batch.</summary>
    public static CheckedNetwork Check(CouplingPlan plan, Shape data)
    {
        var parts = plan.Parts.Select(part => PartKind.Find(part.Kind) is { } kind ? part with { Block = Contract(part.Kind, kind.Contract(data)) } : part);

        // A part that cannot stand there has no shapes to follow.
        var couple = plan.Couple is { } body && plan.Problems.All(problem => problem.Rule != "CM3004") ? body with { Inputs = body.Inputs.Select((input, i) => input with { Sizes = (i < 2 ? data : PartKind.PerSample).Sizes.ToEquatable() }).ToEquatable() } : null;
        var check = NetworkChecker.Check(new(plan.Record, "", [], parts.ToEquatable(), couple, null, plan.Site) { Problems = plan.Problems });
        return couple is null || check.HasErrors ? check : check with { Problems = check.Problems.Concat(Ends(check, couple, data)).ToEquatable() };
    }

    private static BlockContract Contract(string name, (EquatableArray<Shape> Inputs, Shape Output) shapes) =>
        new(name, [], shapes.Inputs, [shapes.Output], 0, 0, 0, [], -1);

    private static IEnumerable<Problem> Ends(CheckedNetwork check, ForwardPlan couple, Shape data)
    {
        string[] ends = ["data end", "noise end", "penalty"];
        for (var i = 0; i < check.Results.Count; i++)
        {
            var (wanted, given) = (i < 2 ? data : PartKind.PerSample, check.Values[check.Results[i]].Shape);
            if (!given.IsUnknown && !(given.Rank == wanted.Rank && Enumerable.Range(0, wanted.Rank).All(axis => Fit.Of(wanted[axis].Size, given[axis].Size).Verdict != FitVerdict.Never)))
                yield return new Problem("CM3003", couple.Result.Site, ends[i], given.ToString(), wanted.ToString());
        }
    }
}
