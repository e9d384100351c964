using CM.Generators.Diagnostics;
using CM.Generators.Networks;
using CM.Generators.Values;

namespace CM.Generators.Couplings;

/// <summary>How data and noise of a batch meet in an experiment.</summary>
internal abstract record Coupling(string Name)
{
    /// <summary>The coupling of CM.Dsl with this full name, or null if there is none.</summary>
    public static Coupling? Find(string fullName) => fullName switch
    {
        "CM.Dsl.Independent" => new IndependentCoupling(),
        "CM.Dsl.MinibatchOT" => new MinibatchOTCoupling(),
        _ => null,
    };
}

/// <summary>Both stay as they were drawn.</summary>
internal sealed record IndependentCoupling() : Coupling("Independent");

/// <summary>The noise is permuted so that it lies close to the data.</summary>
internal sealed record MinibatchOTCoupling() : Coupling("MinibatchOT");

/// <summary>A record with <c>Couple</c>, worked out for the data of one experiment.</summary>
internal sealed record DeclaredCoupling(string Name, CheckedNetwork Wiring, bool HasTimes) : Coupling(Name)
{
    /// <summary>Whether labels are the last of its inputs.</summary>
    public bool HasLabels { get; init; }

    public IEnumerable<LayerPlan> Parts => Wiring.Plan.Layers;

    /// <summary>Networks that are trained with the model.</summary>
    public IEnumerable<LayerPlan> Trained => Parts.Where(part => PartKind.Of(part).IsTrained);

    /// <summary>True when it looks at a whole batch at once.</summary>
    public bool Permutes => Parts.Any(part => PartKind.Of(part).Permutes);

    /// <summary>A part that matches the other way round, so that the order of the data changes; null where there is none.</summary>
    public string? PermutesData => Wiring.Steps.OfType<LayerStep>().FirstOrDefault(step => PartKind.Of(step)?.Permutes == true && step.Inputs[1] == 0)?.Layer.Name;

    /// <summary>A part that is the model with some weights; null where there is none.</summary>
    public LayerPlan? ModelWith(ModelWeights weights) => Parts.FirstOrDefault(part => PartKind.Of(part).WeightsOf(part) == weights);

    /// <summary>Whether functions are called in it, whose code names more of TorchSharp.</summary>
    public bool CallsFunctions => Wiring.Steps.OfType<LayerStep>().Any(step => step.Layer.IsFunction);

    public bool HasRegularization => Wiring.Results.Count > 2;
}

/// <summary>A coupling as it is declared, with those it nests written out.</summary>
/// <param name="Record">Its name and place.</param>
/// <param name="Parts">List in order of declaration, those of nested couplings included.</param>
/// <param name="Couple">The body of <c>Couple</c>; the shapes of its inputs depend on the data. Null where there is none to read.</param>
/// <param name="HasTimes">Whether it takes times.</param>
/// <param name="Site">The record's name in the source.</param>
internal sealed record CouplingPlan(RecordName Record, EquatableArray<LayerPlan> Parts, ForwardPlan? Couple, bool HasTimes, int Site)
{
    /// <summary>Whether it takes labels, the last of its inputs.</summary>
    public bool HasLabels { get; init; }

    /// <summary>The record's own parts.</summary>
    public EquatableArray<LayerPlan> Own { get; init; } = Parts;

    /// <summary>The couplings that it nests.</summary>
    public EquatableArray<NestedCoupling> Nested { get; init; }

    /// <summary><c>Couple</c> as source, constants as numbers; empty where there is none to read.</summary>
    public string Text { get; init; } = "";

    public EquatableArray<Finding> Findings { get; init; }
}

/// <summary>A coupling inside another one.</summary>
/// <param name="Layer">The part that stands for it.</param>
/// <param name="Name">Its name.</param>
/// <param name="Plan">Declaration; null for those of CM.Dsl.</param>
internal sealed record NestedCoupling(string Layer, string Name, CouplingPlan? Plan);
