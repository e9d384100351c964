using System.Collections.Immutable;
using CM.Generators.Diagnostics;
using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Couplings;

/// <summary>
/// One kind of part of a coupling: its contract, its numbers and the code it writes. A class named like its attribute is found by itself,
/// so a new part is an attribute in CM.Dsl/Couplings and a class here.
/// </summary>
internal abstract class PartKind
{
    private static readonly ImmutableDictionary<string, PartKind> Kinds = typeof(PartKind).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(PartKind)) && !type.IsAbstract)
        .ToImmutableDictionary(type => type.Name, type => (PartKind)Activator.CreateInstance(type));

    /// <summary>The batch axis alone: a number per sample.</summary>
    public static Shape PerSample { get; } = Shape.Of([Dim.Of("B")]);

    /// <summary>Name of the attribute without its ending.</summary>
    public string Name => GetType().Name;

    /// <summary>True when the training has a field or a tensor of the part's name.</summary>
    public virtual bool IsNamed => false;

    /// <summary>True for a network that is trained with the model.</summary>
    public virtual bool IsTrained => false;

    /// <summary>True for a regularization on the values of a network; it makes no sense on others.</summary>
    public virtual bool MeasuresNetworks => false;

    /// <summary>True when it changes the order of its second input, looking at the whole batch.</summary>
    public virtual bool Permutes => false;

    /// <summary>True when some samples of a batch can pass alone, with the same result.</summary>
    public virtual bool PassesRows => true;

    /// <summary>True when a sampler can use it too.</summary>
    public virtual bool ServesSamples => false;

    public static PartKind? Find(string kind) => Kinds.TryGetValue(kind, out var found) ? found : null;

    public static PartKind Of(LayerPlan part) => Kinds[part.Kind];

    /// <summary>The kind of the part of a step; null for arithmetic and functions.</summary>
    public static PartKind? Of(Step step) => step is LayerStep { Layer: { IsFunction: false } part } ? Of(part) : null;

    /// <summary>The kind with its numbers, as on hover.</summary>
    public abstract string Describe(LayerPlan part);

    /// <summary>Shapes that go in and come out where the data have a shape; null where they are not known.</summary>
    public abstract BlockContract? Contract(LayerPlan part, Shape data);

    /// <summary>Checks the numbers in the attribute.</summary>
    public virtual Finding? Validate(LayerPlan part) => null;

    /// <summary>Weights with which it is the experiment's model; null where it is not.</summary>
    public virtual ModelWeights? WeightsOf(LayerPlan part) => null;

    /// <summary>Modules that the training holds for the parts of this kind.</summary>
    /// <param name="parts">The parts.</param>
    /// <param name="code">The coupling's code.</param>
    /// <param name="weights">The store with the trained weights.</param>
    public virtual IEnumerable<PartModule> Modules(IEnumerable<LayerPlan> parts, CouplingCode code, string weights) => [];

    /// <summary>
    /// A tensor that is drawn for each step of the training, <c>[B]</c>, from <c>step</c> and <c>count</c>; in <c>Couple</c> it has the
    /// field's name.
    /// </summary>
    public virtual (string Value, string Remark)? Draw(LayerPlan part, CouplingCode code) => null;

    /// <summary>The expression of a step.</summary>
    public abstract string Write(LayerStep step, CouplingCode code);

    /// <summary>Writes the statement of a step.</summary>
    public virtual void WriteStatement(LayerStep step, CouplingCode code) => code.Assign(step, Write(step, code));

    /// <summary>Steps before it that the part writes into a method of its own.</summary>
    public virtual IReadOnlyCollection<Step> Absorbs(LayerStep step, CouplingCode code) => [];

    /// <summary>Writes methods of the training for the parts of this kind.</summary>
    public virtual void WriteMethods(IReadOnlyCollection<LayerPlan> parts, CouplingCode code)
    {
    }

    /// <summary>A contract of one result.</summary>
    protected static BlockContract Takes(LayerPlan part, EquatableArray<Shape> inputs, Shape output) => new(part.Kind, [], inputs, [output], 0, 0, 0, [], -1);
}

/// <summary>Weights of a model in a coupling.</summary>
internal enum ModelWeights
{
    Student,
    Ema,
    Frozen,
}

/// <summary>A module that a training holds for a coupling.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Field">The field.</param>
/// <param name="Made">The expression that makes it.</param>
/// <param name="Layout">The expression that adds its parameters to the model's layout; empty where they are the model's.</param>
internal sealed record PartModule(string Type, string Field, string Made, string Layout = "");
