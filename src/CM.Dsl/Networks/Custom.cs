namespace CM.Dsl;

/// <summary>
/// TorchSharp code of your own as a layer. The type has a method <c>public static Tensor Apply(Tensor x)</c>, with one to three inputs, whose
/// <see cref="ShapeAttribute"/>s are its contract: the network around it is checked against it, and the first result of a run is compared with it.
/// </summary>
/// <remarks>
/// Return a new tensor: the network frees the input after its last use. Axes of the result may use the names of axes of the inputs.
/// <code>
/// public sealed class Flip
/// {
///     [return: Shape("B", "C", "H", "W")]
///     public static Tensor Apply([Shape("B", "C", "H", "W")] Tensor x) => x.flip(3);
/// }
/// </code>
/// </remarks>
/// <typeparam name="T">The type that has the method.</typeparam>
public sealed class CustomAttribute<T> : LayerAttribute;
