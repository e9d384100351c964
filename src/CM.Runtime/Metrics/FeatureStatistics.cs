namespace CM.Runtime;

/// <summary>
/// Count, mean and covariance of features that come in batches, in double precision. Batches are merged about their own means (Chan, Golub
/// and LeVeque 1979), so a large common offset costs no digits, and nothing but a <c>[d]</c> and a <c>[d, d]</c> tensor is kept.
/// </summary>
internal sealed class FeatureStatistics : IDisposable
{
    private readonly Tensor mean;
    private readonly Tensor scatter;

    /// <summary>Starts with nothing.</summary>
    /// <param name="width">Number of features of an example, 1 or more.</param>
    /// <param name="device">Device of the batches.</param>
    public FeatureStatistics(int width, Device device)
        : this(0, zeros([width], ScalarType.Float64, device), zeros([width, width], ScalarType.Float64, device))
    {
    }

    private FeatureStatistics(long count, Tensor mean, Tensor scatter)
    {
        Count = count;
        this.mean = mean.DetachFromDisposeScope();
        this.scatter = scatter.DetachFromDisposeScope();
    }

    /// <summary>Number of examples.</summary>
    public long Count { get; private set; }

    /// <summary>Number of features of an example.</summary>
    public int Width => (int)mean.shape[0];

    /// <summary>Mean of each feature, <c>[d]</c>, float64.</summary>
    public Tensor Mean => mean;

    /// <summary>Takes statistics over that were saved.</summary>
    /// <param name="count">Examples.</param>
    /// <param name="mean"><c>[d]</c>, float64.</param>
    /// <param name="covariance"><c>[d, d]</c>, float64, divided by the count.</param>
    public static FeatureStatistics Restore(long count, Tensor mean, Tensor covariance) => new(count, mean, covariance.mul_((double)count));

    /// <summary>Takes a batch in.</summary>
    /// <param name="features"><c>[n, d]</c>, any floating type.</param>
    public void Add(Tensor features)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var batch = features.shape[0];
        if (batch == 0)
            return;
        var values = features.to(ScalarType.Float64).to(mean.device);
        var center = values.mean([0]);
        var centered = values - center;
        var shift = center - mean;
        var share = (double)batch / (Count + batch);
        scatter.add_(centered.t().matmul(centered));
        scatter.add_(shift.outer(shift).mul_(Count * share));
        mean.add_(shift.mul_(share));
        Count += batch;
    }

    /// <summary>The covariance, <c>[d, d]</c>, float64; the caller disposes of it.</summary>
    /// <param name="unbiased">Whether to divide by n − 1 (torchmetrics: VCT, GC) instead of by n (StyleGAN2's metrics: ECT, TCM).</param>
    /// <exception cref="InvalidOperationException">Too few examples came in.</exception>
    public Tensor Covariance(bool unbiased)
    {
        var divisor = Count - (unbiased ? 1 : 0);
        if (divisor < 1)
            throw new InvalidOperationException($"A covariance needs more than {Count} examples.");
        return scatter / (double)divisor;
    }

    public void Dispose()
    {
        mean.Dispose();
        scatter.Dispose();
    }
}
