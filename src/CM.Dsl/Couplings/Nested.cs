using System.ComponentModel;

namespace CM.Dsl;

/// <summary>
/// Another coupling as a part of this one: <c>var (x, z) = (data, noise) | Layer</c> gives its two ends. Its parts become parts of this
/// coupling, and its regularization, if it has one, is added to this one's.
/// </summary>
/// <typeparam name="TCoupling">A record with <see cref="CouplingAttribute"/>.</typeparam>
public sealed class NestedAttribute<TCoupling> : LayerAttribute;

/// <summary>Source of a coupling's <c>Couple</c>, for generators of other assemblies; written by the generator, not by people.</summary>
/// <param name="couple">The method as source.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class CoupleAttribute(string couple) : Attribute
{
    /// <summary>The method as source.</summary>
    public string Couple { get; } = couple;
}
