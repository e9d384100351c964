using TorchSharp.Modules;

namespace CM.Runtime;

/// <summary>The parameters of one module: a store, and the name of the block that the module is.</summary>
public readonly struct ParameterScope
{
    private readonly ParameterStore store;
    private readonly string prefix;

    private ParameterScope(ParameterStore store, string prefix)
    {
        this.store = store;
        this.prefix = prefix;
    }

    /// <summary>The outermost scope of a store.</summary>
    public static implicit operator ParameterScope(ParameterStore store) => new(store, "");

    /// <summary>A parameter of this module.</summary>
    /// <exception cref="KeyNotFoundException">There is no such parameter.</exception>
    public Parameter this[string name] => store[prefix + name];

    /// <summary>A buffer of this module.</summary>
    /// <exception cref="KeyNotFoundException">There is no such buffer.</exception>
    public Tensor Buffer(string name) => store.Buffer(prefix + name);

    /// <summary>The scope of a block inside this module.</summary>
    public ParameterScope Block(string name) => new(store, $"{prefix}{name}.");
}
