namespace CM.Runtime;

/// <summary>Where CM.Torch lets the objects of a step serve the next one, TorchSharp makes new ones.</summary>
internal sealed class TensorObjects : IDisposable
{
    private static readonly TensorObjects Nothing = new();

    /// <summary>A step begins.</summary>
    public bool Begin() => true;

    /// <summary>It is over.</summary>
    public void End()
    {
    }

    /// <summary>Others see tensors.</summary>
    public static IDisposable Lend(params ReadOnlySpan<object?> tensors) => Nothing;

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
