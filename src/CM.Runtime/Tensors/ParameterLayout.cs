namespace CM.Runtime;

/// <summary>
/// Names, shapes, starts and places of everything a network holds. Parameters lie in one flat tensor, buffers in another; each starts
/// at a multiple of 64 bytes.
/// </summary>
public sealed class ParameterLayout
{
    private const long Alignment = 16; // floats

    private readonly List<ParameterSpec> parameters = [];
    private readonly List<ParameterSpec> buffers = [];
    private readonly List<(string Name, bool Trainable)> order = [];
    private readonly HashSet<string> names = [];

    /// <summary>Trained parameters, in the order of declaration.</summary>
    public IReadOnlyList<ParameterSpec> Parameters => parameters;

    /// <summary>Buffers: drawn once and saved with the weights, in the order of declaration.</summary>
    public IReadOnlyList<ParameterSpec> Buffers => buffers;

    /// <summary>Number of trained elements.</summary>
    public long Count => parameters.Sum(spec => spec.Count);

    /// <summary>Length of the flat tensor of the parameters, gaps included.</summary>
    public long Size => End(parameters);

    /// <summary>Length of the flat tensor of the buffers, gaps included.</summary>
    internal long BufferSize => End(buffers);

    /// <summary>Adds a parameter.</summary>
    /// <exception cref="ArgumentException">The name is there already, or an axis is below 1.</exception>
    public ParameterLayout Add(string name, Initializer init, params ReadOnlySpan<long> shape) => Add(parameters, name, init, shape);

    /// <summary>
    /// Adds a parameter that modules read in float32 also where they compute in 16 bits, such as weights that a layer
    /// normalises before it casts them.
    /// </summary>
    /// <exception cref="ArgumentException">The name is there already, or an axis is below 1.</exception>
    public ParameterLayout AddFloat32(string name, Initializer init, params ReadOnlySpan<long> shape) =>
        Add(parameters, name, init, shape, inFloat32: true);

    /// <summary>Adds a buffer: fixed, drawn once, saved with the weights.</summary>
    /// <exception cref="ArgumentException">The name is there already, or an axis is below 1.</exception>
    public ParameterLayout AddBuffer(string name, Initializer init, params ReadOnlySpan<long> shape) => Add(buffers, name, init, shape);

    /// <summary>Adds everything of a block; its names become <c>prefix.name</c>.</summary>
    public ParameterLayout AddBlock(string prefix, ParameterLayout block) => AddBlock(prefix, block, beside: false);

    /// <summary>Adds a network that is trained beside the model, such as an encoder; its names become <c>prefix.name</c>.</summary>
    public ParameterLayout AddAuxiliary(string prefix, ParameterLayout network) => AddBlock(prefix, network, beside: true);

    /// <summary>Parameters and buffers as they were declared, which is the order in which they are drawn.</summary>
    internal IEnumerable<(ParameterSpec Spec, bool Trainable)> InOrder()
    {
        var (parameter, buffer) = (0, 0);
        foreach (var (_, trainable) in order)
            yield return trainable ? (parameters[parameter++], true) : (buffers[buffer++], false);
    }

    private ParameterLayout AddBlock(string prefix, ParameterLayout block, bool beside)
    {
        foreach (var (spec, trainable) in block.InOrder())
            Add(trainable ? parameters : buffers, $"{prefix}.{spec.Name}", spec.Init, spec.Shape, beside, spec.IsFloat32);
        return this;
    }

    private ParameterLayout Add(
        List<ParameterSpec> list, string name, Initializer init, ReadOnlySpan<long> shape, bool beside = false, bool inFloat32 = false)
    {
        var count = 1L;
        foreach (var axis in shape)
            count = axis > 0
                ? checked(count * axis)
                : throw new ArgumentException($"{name}: an axis of a parameter is 1 or more, not {axis}.", nameof(shape));
        if (!names.Add(name))
            throw new ArgumentException($"{name}: there is a parameter of this name already.", nameof(name));
        list.Add(new ParameterSpec(name, shape.ToArray(), init, End(list), count) { IsBeside = beside, IsFloat32 = inFloat32 });
        order.Add((name, ReferenceEquals(list, parameters)));
        return this;
    }

    private static long End(List<ParameterSpec> list) =>
        list.Count == 0 ? 0 : (list[^1].Offset + list[^1].Count + Alignment - 1) / Alignment * Alignment;
}
