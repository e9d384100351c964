namespace CM.Generators.Tests;

/// <summary>Tests of what ATen alone does: the kernels are left out.</summary>
public abstract class WithoutKernels : IDisposable
{
    private readonly long width = CM.Torch.Kernels.Width;

    protected WithoutKernels() => CM.Torch.Kernels.Width = 0;

    public void Dispose()
    {
        CM.Torch.Kernels.Width = width;
        GC.SuppressFinalize(this);
    }
}
