using System.ComponentModel;

namespace CM.Dsl;

/// <summary>What a generated module promises, for generators of other assemblies; written by the generator, not by people.</summary>
/// <param name="count">How many trainable numbers, as a term over the parameters.</param>
/// <param name="work">Multiply-adds for one example, likewise.</param>
/// <param name="activations">Numbers that one example keeps for the backward pass, without what goes in and comes out, likewise.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ContractAttribute(string count, string work, string activations) : Attribute
{
    /// <summary>How many trainable numbers.</summary>
    public string Count { get; } = count;

    /// <summary>Multiply-adds for one example.</summary>
    public string Work { get; } = work;

    /// <summary>Numbers that one example keeps for the backward pass.</summary>
    public string Activations { get; } = activations;

    /// <summary>Names of the record's parameters.</summary>
    public string[] Parameters { get; set; } = [];

    /// <summary>Shapes that go in.</summary>
    public string[] Inputs { get; set; } = [];

    /// <summary>Shapes that come out.</summary>
    public string[] Outputs { get; set; } = [];

    /// <summary>What sizes must fulfil.</summary>
    public string[] Duties { get; set; } = [];
}
