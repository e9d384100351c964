using TorchSharp.Modules;

namespace CM.Runtime;

/// <summary>
/// The numbers of a network: one flat float32 tensor of which every parameter is a view, and one with the gradients, into which
/// backpropagation adds directly. An optimiser step, a norm or an average is a few kernels over one tensor, however many layers there are.
/// </summary>
public sealed class ParameterStore : IDisposable
{
    private readonly Dictionary<string, Parameter> parameters = [];
    private readonly Dictionary<string, Tensor> buffers = [];
    private readonly Tensor? gradients;
    private LowPrecision? low;

    private ParameterStore(ParameterLayout layout, Tensor values, Tensor bufferValues, bool withGradients, StepContext context)
    {
        Layout = layout;
        Context = context;
        Values = values;
        BufferValues = bufferValues;
        gradients = withGradients ? zeros([layout.Size], ScalarType.Float32, values.device) : null;
        foreach (var spec in layout.Parameters)
            parameters.Add(spec.Name, NewParameter(values, gradients, spec, context));
        foreach (var spec in layout.Buffers)
            buffers.Add(spec.Name, new StoredParameter(View(bufferValues, spec), isTrained: false, context));
    }

    /// <summary>Layout of the store.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>All parameters, <c>[Size]</c>; zero between them.</summary>
    public Tensor Values { get; }

    /// <summary>The gradients of all parameters, <c>[Size]</c>; zero between them.</summary>
    /// <exception cref="InvalidOperationException">The store was made without gradients.</exception>
    public Tensor Gradients => gradients ?? throw new InvalidOperationException("This store was made without gradients.");

    /// <summary>The steps that modules over the store are used in.</summary>
    public StepContext Context { get; }

    /// <summary>All buffers, <c>[BufferSize]</c>.</summary>
    internal Tensor BufferValues { get; }

    /// <summary>
    /// Makes a store and draws what is in it, in the order of declaration, on the CPU, so that every device starts alike.
    /// </summary>
    /// <param name="layout">Layout of the parameters.</param>
    /// <param name="seed">Given to <c>torch.manual_seed</c> before the first draw.</param>
    /// <param name="device">Device. Default: the CPU.</param>
    /// <param name="gradients">Whether the parameters are trained.</param>
    public static ParameterStore New(ParameterLayout layout, long seed, Device? device = null, bool gradients = true) =>
        New(layout, seed, new StepContext(seed), device, gradients);

    /// <summary>Makes a store of a trainer.</summary>
    internal static ParameterStore New(ParameterLayout layout, long seed, StepContext context, Device? device, bool gradients = true)
    {
        var values = zeros([layout.Size], ScalarType.Float32);
        var bufferValues = zeros([layout.BufferSize], ScalarType.Float32);
        manual_seed(seed);
        foreach (var (spec, trainable) in layout.InOrder())
        {
            using var view = View(trainable ? values : bufferValues, spec);
            spec.Init.Fill(view);
        }
        if (device is null || device.type == DeviceType.CPU)
            return new ParameterStore(layout, values, bufferValues, gradients, context);
        using (values)
        using (bufferValues)
            return new ParameterStore(layout, values.to(device), bufferValues.to(device), gradients, context);
    }

    /// <summary>A parameter, a view into <see cref="Values"/>; its <c>grad</c> is a view into <see cref="Gradients"/>.</summary>
    /// <exception cref="KeyNotFoundException">There is no such parameter.</exception>
    public Parameter this[string name] => parameters.TryGetValue(name, out var found) ? found : throw Missing("parameter", name);

    /// <summary>A buffer.</summary>
    /// <exception cref="KeyNotFoundException">There is no such buffer.</exception>
    public Tensor Buffer(string name) => buffers.TryGetValue(name, out var found) ? found : throw Missing("buffer", name);

    /// <summary>The part that belongs to a block.</summary>
    /// <param name="name">The block's name, before the first dot of its parameters' names.</param>
    public ParameterScope Block(string name) => ((ParameterScope)this).Block(name);

    /// <summary>
    /// The parameters for modules that compute in 16 bits, cast as they are now, except for those that stay in float32; what these modules
    /// add to the gradients waits for
    /// <see cref="CollectGradients"/>.
    /// </summary>
    /// <param name="type">Bfloat16 or float16, the same at every call.</param>
    public ParameterScope In(ScalarType type)
    {
        if (low is null)
            low = new LowPrecision(this, type, gradients is not null);
        else if (low.Type == type)
            low.Cast();
        else
            throw new InvalidOperationException($"The store is cast to {low.Type} already; it cannot be cast to {type}, too.");
        return ParameterScope.Of(this, low);
    }

    /// <summary>A parameter as modules that compute in 16 bits have it; null where there are none.</summary>
    internal Parameter? InLow(string name) => low?[name];

    /// <summary>Casts the parameters anew for modules that compute in 16 bits; nothing where there are none.</summary>
    internal void Cast() => low?.Cast();

    /// <summary>Adds the gradients of modules that compute in 16 bits to those of the store.</summary>
    public void CollectGradients() => low?.Collect();

    /// <summary>Sets every gradient to 0.</summary>
    public void ZeroGradients() => Gradients.zero_();

    /// <summary>Takes over the numbers of a store of the same layout, buffers included.</summary>
    public void CopyFrom(ParameterStore other)
    {
        using var _ = no_grad();
        Values.copy_(other.Values);
        BufferValues.copy_(other.BufferValues);
    }

    /// <summary>A second store with the same numbers on the same device.</summary>
    public ParameterStore Copy(bool gradients)
    {
        using var _ = no_grad();
        return new ParameterStore(Layout, Values.clone(), BufferValues.clone(), gradients, Context);
    }

    /// <summary>Frees all tensors.</summary>
    public void Dispose()
    {
        foreach (var parameter in parameters.Values)
            parameter.Dispose();
        foreach (var buffer in buffers.Values)
            buffer.Dispose();
        Values.Dispose();
        BufferValues.Dispose();
        gradients?.Dispose();
        low?.Dispose();
    }

    /// <summary>The part of a flat tensor that belongs to one parameter, in the parameter's shape.</summary>
    internal static Tensor View(Tensor flat, ParameterSpec spec)
    {
        using var part = flat.narrow(0, spec.Offset, spec.Count);
        return part.view(spec.Shape);
    }

    /// <summary>A parameter on a part of flat tensors.</summary>
    internal static Parameter NewParameter(Tensor values, Tensor? gradients, ParameterSpec spec, StepContext context)
    {
        // On the same storage, but neither a view nor detached from one: a change of one parameter must not count as a change of all,
        // or layers that normalise their weights in place would spoil what the layers before them have recorded.
        using var view = View(values, spec);
        var parameter = new StoredParameter(empty([0], values.dtype, values.device).set_(view), gradients is not null, context);
        if (gradients is not null)
        {
            using var gradient = View(gradients, spec);
            parameter.grad = gradient;
        }
        return parameter;
    }

    private KeyNotFoundException Missing(string kind, string name) =>
        new($"There is no {kind} '{name}'; there are: {string.Join(", ", kind == "buffer" ? buffers.Keys : parameters.Keys)}.");
}
