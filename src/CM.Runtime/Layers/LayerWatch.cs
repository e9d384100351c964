namespace CM.Runtime;

/// <summary>Shows what layers with weights take and make to whoever looks for a fault on this thread; otherwise it does nothing.</summary>
internal static class LayerWatch
{
    [ThreadStatic]
    private static Watcher? watcher;

    /// <summary>Sees a layer: by its weights, some of which may be missing, what flows in, and what comes out.</summary>
    public delegate void Watcher(ReadOnlySpan<Tensor?> weights, Tensor input, Tensor result);

    /// <summary>Whether somebody looks.</summary>
    public static bool IsOn => watcher is not null;

    /// <summary>Until the result is disposed, somebody looks.</summary>
    public static IDisposable Begin(Watcher who)
    {
        watcher = who;
        return new Look();
    }

    /// <summary>Shows a layer's result.</summary>
    /// <param name="result">What it made.</param>
    /// <param name="input">Of what.</param>
    /// <param name="weights">With what: its parameters or buffers, one of each layer in it at least.</param>
    /// <returns>The result.</returns>
    public static Tensor Seen(this Tensor result, Tensor input, params ReadOnlySpan<Tensor?> weights)
    {
        watcher?.Invoke(weights, input, result);
        return result;
    }

    private sealed class Look : IDisposable
    {
        public void Dispose() => watcher = null;
    }
}
