namespace CM.Runtime;

/// <summary>A training step: frees at its end the tensors made in it, dropout masks included.</summary>
public readonly ref struct StepScope : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly List<Tensor>[] masks;

    internal StepScope(List<Tensor>[] masks) => this.masks = masks;

    /// <summary>Ends the step.</summary>
    public void Dispose()
    {
        scope.Dispose();
        foreach (var drawn in masks)
        {
            drawn.ForEach(mask => mask.Dispose());
            drawn.Clear();
        }
    }
}
