namespace CM.Runtime;

/// <summary>How a parameter starts.</summary>
public readonly record struct Init
{
    private enum Law
    {
        Constant,
        Uniform,
        Normal,
        Filter,
    }

    private readonly Law law;
    private readonly double size;

    private readonly double[] taps;

    private Init(Law law, double size, params double[] taps)
    {
        this.law = law;
        this.size = size;
        this.taps = taps;
    }

    /// <summary>Evenly spread in [−bound, bound).</summary>
    /// <param name="bound">0 or more.</param>
    public static Init Uniform(double bound) => new(Law.Uniform, bound);

    /// <summary>From N(0, deviation²).</summary>
    /// <param name="deviation">0 or more.</param>
    public static Init Normal(double deviation) => new(Law.Normal, deviation);

    /// <summary>Every number the same.</summary>
    public static Init Constant(double value) => new(Law.Constant, value);

    /// <summary>f⊗f/(Σf)² for a tensor of shape [1, 1, taps, taps].</summary>
    /// <param name="taps">The filter f along one axis; the sum is not 0.</param>
    public static Init Filter(params double[] taps) => new(Law.Filter, taps.Sum(), taps);

    /// <summary>Overwrites a tensor, drawing from libtorch's generator.</summary>
    internal void Fill(Tensor tensor)
    {
        switch (law)
        {
            case Law.Uniform:
                tensor.uniform_(-size, size);
                break;
            case Law.Normal:
                tensor.normal_(0, size);
                break;
            case Law.Filter:
                using (var line = torch.tensor(taps))
                using (var part = line / size)
                using (var square = part.outer(part))
                    tensor.copy_(square);
                break;
            default:
                tensor.fill_(size);
                break;
        }
    }
}
