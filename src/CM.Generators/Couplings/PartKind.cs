using System.Collections.Immutable;
using CM.Generators.Diagnostics;
using CM.Generators.Schedules;
using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Couplings;

/// <summary>
/// One kind of part that only couplings have. A class named like its attribute is found by itself, so a new part is an attribute in
/// CM.Dsl/Couplings, a class here and the code that it writes in <see cref="CouplingCode"/>.
/// </summary>
internal abstract class PartKind
{
    private static readonly ImmutableDictionary<string, PartKind> Kinds = typeof(PartKind).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(PartKind)))
        .ToImmutableDictionary(type => type.Name, type => (PartKind)Activator.CreateInstance(type));

    /// <summary>The batch axis alone: a number per sample.</summary>
    public static Shape PerSample { get; } = Shape.Of([Dim.Of("B")]);

    public static PartKind? Find(string kind) => Kinds.TryGetValue(kind, out var found) ? found : null;

    /// <summary>The kind with its numbers, as on hover.</summary>
    public abstract string Describe(LayerPlan part);

    /// <summary>What goes in and comes out where the data have a shape.</summary>
    public abstract (EquatableArray<Shape> Inputs, Shape Output) Contract(Shape data);

    /// <summary>Checks the numbers in the attribute.</summary>
    public virtual Problem? Validate(LayerPlan part) => null;
}

/// <summary>The penalty of a variational coupling.</summary>
internal sealed class KlToStandardNormal : PartKind
{
    public override string Describe(LayerPlan part) =>
        $"KL to N(0, 1), weight {Literals.Number(Weight(part))}{(IsConstant(part) ? "" : ", times the weight of the last interval")}";

    public override (EquatableArray<Shape> Inputs, Shape Output) Contract(Shape data) => ([data, data], PerSample);

    public override Problem? Validate(LayerPlan part) =>
        Weight(part) >= 0 ? null : new Problem("CM1008", part.SiteOf("weight"), part.Name, "weight", "0 or more");

    public static double Weight(LayerPlan part) => part.Number("weight", 0);

    public static bool IsConstant(LayerPlan part) => part.Flag("constant", false);
}

/// <summary>The experiment's model, not differentiated.</summary>
internal sealed class Model : PartKind
{
    public override string Describe(LayerPlan part) => UsesAverage(part) ? "Model, averaged weights" : IsFrozen(part) ? "Model, weights of a finished run" : "Model, weights as they are trained";

    public override (EquatableArray<Shape> Inputs, Shape Output) Contract(Shape data) => ([data, PerSample], data);

    public static bool UsesAverage(LayerPlan part) => part.Text("weights") == "Ema";

    public static bool IsFrozen(LayerPlan part) => part.Text("weights") == "Frozen";
}

/// <summary>A coupling of CM.Dsl inside another one: minibatch optimal transport, which permutes the noise.</summary>
internal sealed class Pairing : PartKind
{
    public override string Describe(LayerPlan part) => "Coupling MinibatchOT";

    public override (EquatableArray<Shape> Inputs, Shape Output) Contract(Shape data) => ([data, data], data);
}

/// <summary>A choice for each sample.</summary>
internal sealed class Coin : PartKind
{
    public override string Describe(LayerPlan part) => $"Coin, heads {Literals.Number(Heads(part))}{(End(part) == Heads(part) ? "" : $" to {Literals.Number(End(part))}")}";

    public override (EquatableArray<Shape> Inputs, Shape Output) Contract(Shape data) => ([data, data], data);

    public override Problem? Validate(LayerPlan part) =>
        Heads(part) is not (>= 0 and <= 1) ? new Problem("CM1008", part.SiteOf("heads"), part.Name, "heads", "from 0 to 1")
        : End(part) is not (>= 0 and <= 1) ? new Problem("CM1008", part.SiteOf("end"), part.Name, "End", "from 0 to 1")
        : null;

    public static double Heads(LayerPlan part) => part.Number("heads", 0);

    public static double End(LayerPlan part) => part.Number("end", Heads(part));
}
