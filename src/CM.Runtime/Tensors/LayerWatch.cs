namespace CM.Runtime;

/// <summary>Sees a layer: by its weights, some of which may be missing, what flows in, and what comes out.</summary>
internal delegate void LayerWatcher(ReadOnlySpan<Tensor?> weights, Tensor input, Tensor result);

/// <summary>Shows layers with weights to the watcher of the weights' context; where there is none it does nothing.</summary>
internal static class LayerWatch
{
    /// <summary>Shows a layer's result.</summary>
    /// <param name="result">Result.</param>
    /// <param name="input">Input of the layer.</param>
    /// <param name="weights">Weights of the layer: its parameters or buffers, one of each layer in it at least.</param>
    /// <returns>The result.</returns>
    public static Tensor Seen(this Tensor result, Tensor input, params ReadOnlySpan<Tensor?> weights)
    {
        foreach (var weight in weights)
        {
            if (weight is not StoredParameter { Context: var context })
                continue;
            context.Watcher?.Invoke(weights, input, result);
            break;
        }

        return result;
    }
}
