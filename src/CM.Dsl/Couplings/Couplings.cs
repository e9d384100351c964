namespace CM.Dsl;

/// <summary>
/// Declares how a batch of data meets a batch of noise: a partial record with a method <c>private Pair Couple(Value data, Value noise)</c>,
/// with <see cref="TimePair"/> behind them where it needs them, and <c>Value labels</c> last where a network of its own takes the one-hot
/// labels <c>[B, classes]</c> of the data. Its parts are attributed partial properties of type <see cref="Layer"/>.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class CouplingAttribute : Attribute;

/// <summary>Data and noise as they are drawn, with nothing to do with each other.</summary>
[Coupling]
public sealed record Independent;

/// <summary>
/// Data and noise of a batch are matched one to one so that the sum of ‖x − z‖² is as small as it can be (minibatch optimal transport,
/// Pooladian et al. 2023). The assignment is exact; the data and their labels stay where they are and the noise is permuted.
/// Sampling matches the noise of every step after the first with the samples at hand.
/// </summary>
[Coupling]
public sealed record MinibatchOT;
