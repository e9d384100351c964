namespace CM.Runtime;

/// <summary>Shows what the layers of one module make to whoever looks for a fault; otherwise it does nothing.</summary>
public readonly struct LayerWatch
{
    private readonly ParameterStore store;
    private readonly string prefix;

    internal LayerWatch(ParameterStore store, string prefix)
    {
        this.store = store;
        this.prefix = prefix;
    }

    /// <summary>Shows a layer's result.</summary>
    /// <param name="layer">Its name in the module.</param>
    /// <param name="value">What it made.</param>
    /// <returns>The same.</returns>
    public Tensor See(string layer, Tensor value)
    {
        store.Watcher?.Invoke(prefix + layer, value);
        return value;
    }

    /// <summary>Shows the result of one of several copies of a layer.</summary>
    /// <param name="layer">Their name in the module.</param>
    /// <param name="copy">Which one, from 0.</param>
    /// <param name="value">What it made.</param>
    /// <returns>The same.</returns>
    public Tensor See(string layer, int copy, Tensor value)
    {
        store.Watcher?.Invoke($"{prefix}{layer}.{copy}", value);
        return value;
    }
}
