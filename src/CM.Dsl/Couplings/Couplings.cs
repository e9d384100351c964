namespace CM.Dsl;

/// <summary>Declares how a batch of data meets a batch of noise.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class CouplingAttribute : Attribute;

/// <summary>Data and noise as they are drawn, with nothing to do with each other.</summary>
[Coupling]
public sealed record Independent;
