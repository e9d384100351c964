using TorchSharp.Modules;

namespace CM.Runtime;

/// <summary>The parameters of one module: a store, the name of the block that the module is, and the type it computes in.</summary>
public readonly struct ParameterScope
{
    private readonly ParameterStore store;
    private readonly LowPrecision? low;
    private readonly string prefix;

    private ParameterScope(ParameterStore store, LowPrecision? low, string prefix)
    {
        this.store = store;
        this.low = low;
        this.prefix = prefix;
    }

    /// <summary>The outermost scope of a store.</summary>
    public static implicit operator ParameterScope(ParameterStore store) => new(store, null, "");

    /// <summary>The outermost scope of a store, in another type.</summary>
    internal static ParameterScope Of(ParameterStore store, LowPrecision low) => new(store, low, "");

    /// <summary>The steps that the module is used in.</summary>
    public StepContext Context => store.Context;

    /// <summary>A parameter of this module.</summary>
    /// <exception cref="KeyNotFoundException">There is no such parameter.</exception>
    public Parameter this[string name] => low is null ? store[prefix + name] : low[prefix + name];

    /// <summary>A buffer of this module, float32.</summary>
    /// <exception cref="KeyNotFoundException">There is no such buffer.</exception>
    public Tensor Buffer(string name) => store.Buffer(prefix + name);

    /// <summary>The scope of a block inside this module.</summary>
    public ParameterScope Block(string name) => new(store, low, $"{prefix}{name}.");
}
