namespace CM.Dsl;

/// <summary>
/// Declares a network: a partial record whose layers are attributed partial properties of type <see cref="Layer"/> and whose
/// <c>Forward</c> method says how they are wired. Without <c>Forward</c> the layers follow each other in the order of declaration,
/// and <see cref="ShapeAttribute"/> on the record gives the input.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class NetworkAttribute : Attribute;

/// <summary>
/// A network that may be the model of an experiment: inputs <c>[B, …]</c>, <c>[B]</c> (the noise level) and, where it knows classes, <c>[B,
/// classes]</c> (one-hot labels); output like the first input.
/// </summary>
public interface IDenoiser;

/// <summary>
/// A network that tells classes apart: from examples <c>[B, …]</c> it makes features <c>[B, d]</c>, by which samples are judged, and logits
/// <c>[B, classes]</c>.
/// </summary>
public interface IClassifier;
