namespace CM.Runtime;

/// <summary>Initialization of a parameter.</summary>
public readonly record struct Initializer
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

    private Initializer(Law law, double size, params double[] taps)
    {
        this.law = law;
        this.size = size;
        this.taps = taps;
    }

    /// <summary>Evenly spread in [−bound, bound).</summary>
    /// <param name="bound">Bound, 0 or more.</param>
    public static Initializer Uniform(double bound) => new(Law.Uniform, bound);

    /// <summary>From N(0, deviation²).</summary>
    /// <param name="deviation">Deviation, 0 or more.</param>
    public static Initializer Normal(double deviation) => new(Law.Normal, deviation);

    /// <summary>Every number the same.</summary>
    public static Initializer Constant(double value) => new(Law.Constant, value);

    /// <summary>f⊗f/(Σf)² for a tensor of shape [1, 1, taps, taps].</summary>
    /// <param name="taps">The filter f along one axis; the sum is not 0.</param>
    public static Initializer Filter(params double[] taps) => new(Law.Filter, taps.Sum(), taps);

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
