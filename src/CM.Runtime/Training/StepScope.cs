namespace CM.Runtime;

/// <summary>A training step: frees at its end the tensors made in it, dropout masks included.</summary>
public readonly ref struct StepScope : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly StepContext context;

    internal StepScope(StepContext context) => this.context = context;

    /// <summary>Ends the step.</summary>
    public void Dispose()
    {
        scope.Dispose();
        context.EndStep();
    }
}
