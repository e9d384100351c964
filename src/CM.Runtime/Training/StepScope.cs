namespace CM.Runtime;

/// <summary>A training step: frees at its end the tensors made in it, whose objects serve the next step.</summary>
public readonly ref struct StepScope : IDisposable
{
    private readonly TensorObjects objects;
    private readonly bool outermost;
    private readonly DisposeScope scope;

    internal StepScope(TensorObjects objects)
    {
        this.objects = objects;
        outermost = objects.Begin();
        scope = NewDisposeScope();
    }

    /// <summary>Ends the step.</summary>
    public void Dispose()
    {
        scope.Dispose();
        if (outermost)
            objects.End();
    }
}
