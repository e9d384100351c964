using System.ComponentModel;

namespace CM.Dsl;

/// <summary>Contract of a generated module, for generators of other assemblies; written by the generator, not by people.</summary>
/// <param name="count">Number of trainable elements, as a term over the parameters.</param>
/// <param name="work">Multiply-adds for one example, likewise.</param>
/// <param name="activations">Number of elements that one example keeps for the backward pass, without what goes in and comes out,
/// likewise.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ContractAttribute(string count, string work, string activations) : Attribute
{
    /// <summary>Number of trainable elements.</summary>
    public string Count { get; } = count;

    /// <summary>Multiply-adds for one example.</summary>
    public string Work { get; } = work;

    /// <summary>Number of elements that one example keeps for the backward pass.</summary>
    public string Activations { get; } = activations;

    /// <summary>Names of the record's parameters.</summary>
    public string[] Parameters { get; set; } = [];

    /// <summary>Shapes that go in.</summary>
    public string[] Inputs { get; set; } = [];

    /// <summary>Shapes that come out.</summary>
    public string[] Outputs { get; set; } = [];

    /// <summary>Constraints on sizes.</summary>
    public string[] Constraints { get; set; } = [];
}
